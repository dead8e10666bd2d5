// One immutable part of an index: documents, their chunks, and for each term where it occurs.
// A segment is a flat run of bytes, the same in memory and in a mapped file.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "index/document.hpp"
#include "index/varint.hpp"

namespace plim::index {

/// A document as it is stored. Offsets are into the segment's pool of strings.
struct DocRecord {
  Version version;
  std::uint32_t path_start = 0;
  std::uint32_t path_size = 0;
  std::uint32_t first_chunk = 0;  ///< The next document's is where its chunks end.
  std::uint32_t body_terms = 0;   ///< Lengths of the fields, in terms.
  std::uint16_t defs_terms = 0;
  std::uint16_t path_terms = 0;
  Language language = Language::data;
  Role role = Role::other;
  SymbolSource symbols = SymbolSource::scanner;
  std::uint8_t flags = 0;  ///< doc_is_binary, doc_is_cut.
};
inline constexpr std::uint8_t doc_is_binary = 1;
inline constexpr std::uint8_t doc_is_cut = 2;

/// There are ten for each document, so each byte counts: lines above a million are one million.
struct ChunkRecord {
  static constexpr std::uint32_t most_lines = (1U << 20U) - 1;
  static constexpr unsigned most_depth = 63;

  std::uint32_t name = 0;   ///< Where its length and then its letters are.
  std::uint32_t lines = 0;  ///< The first in 20 bits, then 12 of the last.
  std::uint16_t terms = 0;
  std::uint16_t rest = 0;  ///< 8 bits of the last line, 2 of the kind, 6 of the depth.

  void set(std::uint32_t first_line, std::uint32_t last_line, SymbolKind kind, unsigned depth);
  [[nodiscard]] std::uint32_t first_line() const { return lines & most_lines; }
  [[nodiscard]] std::uint32_t last_line() const { return lines >> 20U | (rest & 0xFFU) << 12U; }
  [[nodiscard]] SymbolKind kind() const { return static_cast<SymbolKind>(rest >> 8U & 3U); }
  [[nodiscard]] unsigned depth() const { return rest >> 10U; }
};

/// Where a term occurs: lists of (gap, count), read with Postings.
struct TermEntry {
  std::uint32_t body_chunks = 0;  ///< Entries of each list.
  std::uint32_t defs_docs = 0;
  std::uint32_t path_docs = 0;
  std::uint32_t body_docs = 0;  ///< Documents behind body_chunks.
  std::string_view body, defs, path;
};

struct Posting {
  std::uint32_t id = 0;  ///< Of a chunk or a document.
  std::uint32_t count = 0;
};

/// Reads a list of postings in ascending order of ids.
class Postings {
 public:
  explicit Postings(std::string_view bytes) : bytes_(bytes) {}
  /// The next one; nothing at the end. Here, for a question reads hundreds of thousands.
  std::optional<Posting> next() {
    if (bytes_.empty()) return std::nullopt;
    const auto head = take_varint(bytes_);
    const auto small = head & 3U;
    const std::uint32_t count = small < 3 ? small + 1 : take_varint(bytes_) + 4;
    id_ += head >> 2U;
    return Posting{id_++, count};
  }

 private:
  std::string_view bytes_;
  std::uint32_t id_ = 0;  // one more than the last; ids begin at 0
};

/// Totals that ranking needs of all segments together.
struct Totals {
  std::uint64_t docs = 0;
  std::uint64_t chunks = 0;
  std::uint64_t body_terms = 0;
  std::uint64_t defs_terms = 0;
  std::uint64_t path_terms = 0;
};

/// Terms share beginnings with their neighbours, in blocks of this many.
inline constexpr std::uint32_t terms_per_block = 16;

struct BlockRecord {
  std::uint32_t terms = 0;     ///< Offset into the dictionary…
  std::uint32_t postings = 0;  ///< …and into the postings.
};

/// Walks a dictionary in byte order of terms.
class TermCursor {
 public:
  TermCursor(std::string_view dictionary, std::string_view postings, std::uint32_t terms)
      : dictionary_(dictionary), postings_(postings), left_(terms) {}

  /// Goes to the next term; false at the end.
  bool next();
  [[nodiscard]] const std::string& term() const { return term_; }
  [[nodiscard]] const TermEntry& entry() const { return entry_; }

 private:
  std::string_view take_list(std::uint32_t size);

  std::string_view dictionary_, postings_;
  std::uint32_t left_;
  std::string term_;
  TermEntry entry_;
};

/// Immutable, so any thread may read it.
class Segment {
 public:
  /// `owner` keeps `bytes` alive. Errors: protocol for bytes that are no segment of this version,
  /// or an inconsistent one.
  [[nodiscard]] static Result<Segment> open(std::string_view bytes,
                                            std::shared_ptr<const void> owner);
  /// Of bytes that it keeps.
  [[nodiscard]] static Result<Segment> open(std::string bytes);

  [[nodiscard]] std::uint64_t id() const { return id_; }      ///< Random, of its making.
  [[nodiscard]] std::uint64_t base() const { return base_; }  ///< Of what it amends; 0 for none.
  [[nodiscard]] std::span<const DocRecord> docs() const { return docs_; }
  [[nodiscard]] std::span<const ChunkRecord> chunks() const { return chunks_; }
  [[nodiscard]] std::string_view path(const DocRecord& doc) const;
  [[nodiscard]] std::string_view name(const ChunkRecord& chunk) const;
  /// The document's chunks, the first being what lies outside all others.
  [[nodiscard]] std::span<const ChunkRecord> chunks_of(std::uint32_t doc) const;
  [[nodiscard]] const Totals& totals() const { return totals_; }
  [[nodiscard]] std::string_view bytes() const { return bytes_; }

  /// A folded term's lists; nothing when it occurs nowhere.
  [[nodiscard]] std::optional<TermEntry> find(std::string_view term) const;
  [[nodiscard]] TermCursor terms() const { return {dictionary_, postings_, term_count_}; }

 private:
  Segment() = default;

  [[nodiscard]] TermCursor block(std::size_t number) const;
  [[nodiscard]] std::string_view first_term(std::size_t number) const;

  std::shared_ptr<const void> owner_;
  std::string_view bytes_;
  std::uint64_t id_ = 0;
  std::uint64_t base_ = 0;
  std::span<const DocRecord> docs_;
  std::span<const ChunkRecord> chunks_;
  std::span<const BlockRecord> blocks_;
  std::string_view pool_, dictionary_, postings_;
  std::uint32_t term_count_ = 0;
  Totals totals_;
};

}  // namespace plim::index
