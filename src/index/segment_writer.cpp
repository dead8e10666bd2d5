#include <algorithm>
#include <cstring>

#include "index/segment_format.hpp"

namespace plim::index {
namespace {

template <class Record>
std::uint64_t append_records(std::string& out, const std::vector<Record>& records) {
  static_assert(std::is_trivially_copyable_v<Record>);
  out.resize((out.size() + 7) / 8 * 8);
  const auto start = out.size();
  if (records.empty()) return start;
  out.resize(start + records.size() * sizeof(Record));
  std::memcpy(out.data() + start, records.data(), records.size() * sizeof(Record));
  return start;
}

std::uint64_t append_text(std::string& out, const std::string& text) {
  const auto start = out.size();
  out += text;
  return start;
}

std::uint64_t random_id() {
  std::random_device random;
  return (static_cast<std::uint64_t>(random()) << 32U | random()) | 1U;
}

Totals totals_of(const std::vector<DocRecord>& docs, std::size_t chunks) {
  Totals totals{.docs = docs.size(), .chunks = chunks};
  for (const auto& doc : docs) {
    totals.body_terms += doc.body_terms;
    totals.defs_terms += doc.defs_terms;
    totals.path_terms += doc.path_terms;
  }
  return totals;
}

}  // namespace

std::uint32_t SegmentWriter::add_text(std::string_view text) {
  const auto start = static_cast<std::uint32_t>(pool_.size());
  pool_ += text;
  return start;
}

std::uint32_t SegmentWriter::add_name(std::string_view name) {
  name = name.substr(0, 255);
  const auto number = names_.number_of(name);
  if (number < name_starts_.size()) return name_starts_[number];
  name_starts_.push_back(static_cast<std::uint32_t>(pool_.size()));
  pool_.push_back(static_cast<char>(name.size()));
  pool_ += name;
  return name_starts_.back();
}

void SegmentWriter::put_head(std::uint32_t shared, std::uint32_t further) {
  const auto few_shared = std::min(shared, most_shared);
  const auto few_further = std::min(further, most_further);
  dictionary_.push_back(static_cast<char>(few_shared << 5U | few_further));
  if (few_shared == most_shared) put_varint(dictionary_, shared - most_shared);
  if (few_further == most_further) put_varint(dictionary_, further - most_further);
}

void SegmentWriter::add_term(std::string_view term, const TermEntry& entry) {
  const bool begins_block = terms_ % terms_per_block == 0;
  if (begins_block) {
    blocks_.push_back({static_cast<std::uint32_t>(dictionary_.size()),
                       static_cast<std::uint32_t>(postings_.size())});
    last_term_.clear();
  }
  const auto shared =
      static_cast<std::size_t>(std::ranges::mismatch(last_term_, term).in1 - last_term_.begin());
  put_head(static_cast<std::uint32_t>(shared), static_cast<std::uint32_t>(term.size() - shared));
  dictionary_ += term.substr(shared);

  const bool single = entry.body_chunks == 1 && entry.body.size() <= most_single;
  const auto size = static_cast<std::uint32_t>(entry.body.size());
  dictionary_.push_back(static_cast<char>((entry.body_chunks > 0 ? term_has_body : 0) |
                                          (entry.defs_docs > 0 ? term_has_defs : 0) |
                                          (entry.path_docs > 0 ? term_has_path : 0) |
                                          (single ? term_is_single | size << term_size_shift : 0)));
  const auto put_list = [&](std::string_view list) {
    put_varint(dictionary_, static_cast<std::uint32_t>(list.size()));
    postings_ += list;
  };
  if (single) {
    postings_ += entry.body;
  } else if (entry.body_chunks > 0) {
    put_varint(dictionary_, entry.body_chunks);
    put_varint(dictionary_, entry.body_docs);
    put_list(entry.body);
  }
  if (entry.defs_docs > 0) {
    put_varint(dictionary_, entry.defs_docs);
    put_list(entry.defs);
  }
  if (entry.path_docs > 0) {
    put_varint(dictionary_, entry.path_docs);
    put_list(entry.path);
  }
  last_term_ = term;
  ++terms_;
}

std::string SegmentWriter::finish(std::uint64_t base) && {
  SegmentHeader header{.id = random_id(), .base = base};
  header.totals = totals_of(docs_, chunks_.size());
  header.docs = doc_count();
  header.chunks = chunk_count();
  header.blocks = static_cast<std::uint32_t>(blocks_.size());
  header.terms = terms_;
  header.pool_bytes = pool_.size();
  header.dictionary_bytes = dictionary_.size();
  header.postings_bytes = postings_.size();

  std::string out(sizeof header, '\0');
  out.reserve(sizeof header + docs_.size() * sizeof(DocRecord) +
              chunks_.size() * sizeof(ChunkRecord) + blocks_.size() * sizeof(BlockRecord) +
              pool_.size() + dictionary_.size() + postings_.size() + 64);
  header.docs_start = append_records(out, docs_);
  header.chunks_start = append_records(out, chunks_);
  header.blocks_start = append_records(out, blocks_);
  header.pool_start = append_text(out, pool_);
  header.dictionary_start = append_text(out, dictionary_);
  header.postings_start = append_text(out, postings_);
  header.total_bytes = out.size();
  std::memcpy(out.data(), &header, sizeof header);
  return out;
}

}  // namespace plim::index
