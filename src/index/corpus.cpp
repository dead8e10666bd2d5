#include "index/corpus.hpp"

#include <algorithm>

namespace plim::index {
namespace {

Totals living(const Segment& segment, const std::vector<bool>& dead) {
  Totals totals;
  const auto docs = segment.docs();
  for (std::uint32_t number = 0; number < docs.size(); ++number) {
    if (dead[number]) continue;
    totals.docs += 1;
    totals.chunks += segment.chunks_of(number).size();
    totals.body_terms += docs[number].body_terms;
    totals.defs_terms += docs[number].defs_terms;
    totals.path_terms += docs[number].path_terms;
  }
  return totals;
}

std::uint32_t count_living(std::string_view list, const std::vector<bool>& dead) {
  std::uint32_t count = 0;
  Postings postings(list);
  while (const auto posting = postings.next()) {
    if (posting->id >= dead.size()) break;
    count += dead[posting->id] ? 0 : 1;
  }
  return count;
}

}  // namespace

// Counts the living of an entry's lists.
void Corpus::recount(const Part& part, TermEntry& entry) const {
  entry.defs_docs = count_living(entry.defs, part.dead);
  entry.path_docs = count_living(entry.path, part.dead);
  entry.body_chunks = 0;
  entry.body_docs = 0;
  const auto chunks = part.segment.chunks().size();
  auto last = static_cast<std::uint32_t>(part.dead.size());
  Postings postings(entry.body);
  while (const auto posting = postings.next()) {
    if (posting->id >= chunks) break;
    const auto doc = doc_of_chunk_[part.first_chunk + posting->id] - part.first_doc;
    if (part.dead[doc]) continue;
    ++entry.body_chunks;
    entry.body_docs += doc != last ? 1 : 0;
    last = doc;
  }
}

void Corpus::add(Segment segment, std::vector<bool> dead) {
  if (!std::ranges::contains(dead, true)) dead.clear();
  const auto docs = segment.docs();
  const auto part = static_cast<std::uint8_t>(parts_.size());
  const auto first_doc = doc_count();
  const auto first_chunk = chunk_count();
  doc_of_chunk_.reserve(first_chunk + segment.chunks().size());
  for (std::uint32_t doc = 0; doc < docs.size(); ++doc) {
    doc_of_chunk_.resize(doc_of_chunk_.size() + segment.chunks_of(doc).size(), first_doc + doc);
  }
  doc_of_part_.resize(doc_of_part_.size() + docs.size(), part);
  const auto more = dead.empty() ? segment.totals() : living(segment, dead);
  totals_.docs += more.docs;
  totals_.chunks += more.chunks;
  totals_.body_terms += more.body_terms;
  totals_.defs_terms += more.defs_terms;
  totals_.path_terms += more.path_terms;
  parts_.push_back({std::move(segment), std::move(dead), first_doc, first_chunk});
}

bool Corpus::is_dead(std::uint32_t doc) const {
  const auto& part = parts_[doc_of_part_[doc]];
  return !part.dead.empty() && part.dead[doc - part.first_doc];
}

const DocRecord& Corpus::doc(std::uint32_t doc) const {
  const auto& part = parts_[doc_of_part_[doc]];
  return part.segment.docs()[doc - part.first_doc];
}

std::string_view Corpus::path(std::uint32_t doc) const {
  return parts_[doc_of_part_[doc]].segment.path(this->doc(doc));
}

const ChunkRecord& Corpus::chunk(std::uint32_t chunk) const {
  const auto& part = parts_[doc_of_part_[doc_of_chunk_[chunk]]];
  return part.segment.chunks()[chunk - part.first_chunk];
}

std::string_view Corpus::name(std::uint32_t chunk) const {
  const auto& part = parts_[doc_of_part_[doc_of_chunk_[chunk]]];
  return part.segment.name(part.segment.chunks()[chunk - part.first_chunk]);
}

std::uint32_t Corpus::first_chunk(std::uint32_t doc) const {
  const auto& part = parts_[doc_of_part_[doc]];
  return part.first_chunk + part.segment.docs()[doc - part.first_doc].first_chunk;
}

bool Corpus::is_outside(std::uint32_t chunk) const {
  return chunk == 0 || doc_of_chunk_[chunk] != doc_of_chunk_[chunk - 1];
}

std::vector<TermEntry> Corpus::find(std::string_view term) const {
  std::vector<TermEntry> entries;
  entries.reserve(parts_.size());
  for (const auto& part : parts_) {
    auto entry = part.segment.find(term).value_or(TermEntry{});
    if (!part.dead.empty()) recount(part, entry);
    entries.push_back(entry);
  }
  return entries;
}

}  // namespace plim::index
