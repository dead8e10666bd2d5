#include "index/segment.hpp"

#include <algorithm>
#include <cstring>

#include "index/segment_format.hpp"
#include "index/varint.hpp"

namespace plim::index {
namespace {

// A run of records inside the bytes; empty when it does not lie inside them.
template <class Record>
std::span<const Record> records(std::string_view bytes, std::uint64_t start, std::uint64_t count) {
  if (start % alignof(Record) != 0 || start > bytes.size()) return {};
  if (count > (bytes.size() - start) / sizeof(Record)) return {};
  const auto* const first = bytes.data() + start;
  return {reinterpret_cast<const Record*>(first), static_cast<std::size_t>(count)};
}

std::string_view stretch(std::string_view bytes, std::uint64_t start, std::uint64_t size) {
  if (start > bytes.size() || size > bytes.size() - start) return {};
  return bytes.substr(start, size);
}

// What the rest relies on without looking: chunks and strings lie inside, enumerators are known.
bool is_consistent(std::span<const DocRecord> docs, std::size_t chunks, std::size_t pool) {
  if (docs.empty()) return chunks == 0;
  std::uint64_t next = 0;
  for (const auto& doc : docs) {
    const bool follows = next == 0 ? doc.first_chunk == 0 : doc.first_chunk >= next;
    if (!follows || doc.first_chunk >= chunks) return false;
    if (doc.path_start > pool || doc.path_size > pool - doc.path_start) return false;
    if (doc.language > Language::data || doc.role > Role::other) return false;
    if (doc.symbols > SymbolSource::fallback) return false;
    next = std::uint64_t{doc.first_chunk} + 1;
  }
  return true;
}

// 0 at the end.
std::uint8_t take_byte(std::string_view& bytes) {
  if (bytes.empty()) return 0;
  const auto byte = static_cast<std::uint8_t>(bytes.front());
  bytes.remove_prefix(1);
  return byte;
}

struct TermHead {
  std::uint32_t shared, further;
};

TermHead take_head(std::string_view& bytes) {
  const std::uint32_t byte = take_byte(bytes);
  TermHead head{.shared = byte >> 5U, .further = byte & most_further};
  if (head.shared == most_shared) head.shared += take_varint(bytes);
  if (head.further == most_further) head.further += take_varint(bytes);
  return head;
}

}  // namespace

void ChunkRecord::set(std::uint32_t first_line, std::uint32_t last_line, SymbolKind kind,
                      unsigned depth) {
  first_line = std::min(first_line, most_lines);
  last_line = std::min(last_line, most_lines);
  lines = first_line | last_line << 20U;
  rest = static_cast<std::uint16_t>(last_line >> 12U | static_cast<unsigned>(kind) << 8U |
                                    std::min(depth, most_depth) << 10U);
}

std::string_view TermCursor::take_list(std::uint32_t size) {
  const auto list = postings_.substr(0, size);
  postings_.remove_prefix(list.size());
  return list;
}

bool TermCursor::next() {
  if (left_ == 0 || dictionary_.empty()) return false;
  --left_;
  const auto head = take_head(dictionary_);
  const auto rest = std::min<std::size_t>(head.further, dictionary_.size());
  term_.resize(std::min<std::size_t>(head.shared, term_.size()));
  term_.append(dictionary_.substr(0, rest));
  dictionary_.remove_prefix(rest);

  const std::uint32_t flags = take_byte(dictionary_);
  entry_ = {};
  if ((flags & term_is_single) != 0) {
    entry_.body_chunks = 1;
    entry_.body_docs = 1;
    entry_.body = take_list(flags >> term_size_shift & most_single);
  } else if ((flags & term_has_body) != 0) {
    entry_.body_chunks = take_varint(dictionary_);
    entry_.body_docs = take_varint(dictionary_);
    entry_.body = take_list(take_varint(dictionary_));
  }
  if ((flags & term_has_defs) != 0) {
    entry_.defs_docs = take_varint(dictionary_);
    entry_.defs = take_list(take_varint(dictionary_));
  }
  if ((flags & term_has_path) != 0) {
    entry_.path_docs = take_varint(dictionary_);
    entry_.path = take_list(take_varint(dictionary_));
  }
  return true;
}

Result<Segment> Segment::open(std::string_view bytes, std::shared_ptr<const void> owner) {
  SegmentHeader header;
  if (bytes.size() < sizeof header) return fail(Errc::protocol, "the index is too short");
  std::memcpy(&header, bytes.data(), sizeof header);
  if (header.magic != segment_magic || header.total_bytes != bytes.size()) {
    return fail(Errc::protocol, "not an index of this version");
  }
  Segment segment;
  segment.owner_ = std::move(owner);
  segment.bytes_ = bytes;
  segment.id_ = header.id;
  segment.base_ = header.base;
  segment.docs_ = records<DocRecord>(bytes, header.docs_start, header.docs);
  segment.chunks_ = records<ChunkRecord>(bytes, header.chunks_start, header.chunks);
  segment.blocks_ = records<BlockRecord>(bytes, header.blocks_start, header.blocks);
  segment.pool_ = stretch(bytes, header.pool_start, header.pool_bytes);
  segment.dictionary_ = stretch(bytes, header.dictionary_start, header.dictionary_bytes);
  segment.postings_ = stretch(bytes, header.postings_start, header.postings_bytes);
  segment.term_count_ = header.terms;
  segment.totals_ = header.totals;
  const bool is_whole = segment.docs_.size() == header.docs &&
                        segment.chunks_.size() == header.chunks &&
                        segment.blocks_.size() == header.blocks &&
                        segment.dictionary_.size() == header.dictionary_bytes &&
                        segment.postings_.size() == header.postings_bytes;
  if (!is_whole || !is_consistent(segment.docs_, segment.chunks_.size(), segment.pool_.size())) {
    return fail(Errc::protocol, "the index is damaged");
  }
  return segment;
}

Result<Segment> Segment::open(std::string bytes) {
  auto owner = std::make_shared<const std::string>(std::move(bytes));
  const std::string_view view = *owner;
  return open(view, std::move(owner));
}

std::string_view Segment::path(const DocRecord& doc) const {
  return stretch(pool_, doc.path_start, doc.path_size);
}

std::string_view Segment::name(const ChunkRecord& chunk) const {
  if (chunk.name >= pool_.size()) return {};
  const auto size = static_cast<unsigned char>(pool_[chunk.name]);
  return stretch(pool_, std::uint64_t{chunk.name} + 1, size);
}

std::span<const ChunkRecord> Segment::chunks_of(std::uint32_t doc) const {
  const auto first = docs_[doc].first_chunk;
  const auto end = doc + 1 < docs_.size() ? docs_[doc + 1].first_chunk
                                          : static_cast<std::uint32_t>(chunks_.size());
  return chunks_.subspan(first, end - first);
}

TermCursor Segment::block(std::size_t number) const {
  const auto& record = blocks_[number];
  const auto terms = std::min<std::size_t>(record.terms, dictionary_.size());
  const auto postings = std::min<std::size_t>(record.postings, postings_.size());
  const auto left = term_count_ - static_cast<std::uint32_t>(number) * terms_per_block;
  return {dictionary_.substr(terms), postings_.substr(postings), std::min(left, terms_per_block)};
}

// A block begins with a whole term.
std::string_view Segment::first_term(std::size_t number) const {
  auto rest = dictionary_.substr(std::min<std::size_t>(blocks_[number].terms, dictionary_.size()));
  const auto head = take_head(rest);
  return rest.substr(0, head.further);
}

std::optional<TermEntry> Segment::find(std::string_view term) const {
  std::size_t low = 0;
  std::size_t high = blocks_.size();
  while (low < high) {  // the first block that begins after `term`
    const auto middle = low + (high - low) / 2;
    if (first_term(middle) <= term) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  if (low == 0) return std::nullopt;
  auto cursor = block(low - 1);
  while (cursor.next() && cursor.term() <= term) {
    if (cursor.term() == term) return cursor.entry();
  }
  return std::nullopt;
}

}  // namespace plim::index
