// The layout of a segment. Change `segment_magic` with it: other versions are made anew.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "index/segment.hpp"
#include "index/term_table.hpp"
#include "index/varint.hpp"

namespace plim::index {

inline constexpr std::uint64_t segment_magic = 0x33'30'78'64'69'6d'6c'70;  // "plmidx03"

inline constexpr std::uint32_t term_has_body = 1;
inline constexpr std::uint32_t term_has_defs = 2;
inline constexpr std::uint32_t term_has_path = 4;
/// One body entry: its counts are left out, its list's size is in the bits above.
inline constexpr std::uint32_t term_is_single = 8;
inline constexpr unsigned term_size_shift = 4;
inline constexpr std::uint32_t most_single = 7;  ///< Bytes of such a list.

/// A term's head: letters shared with the one before in 3 bits, further ones in 5; more of either
/// follows, when it is the most that fits.
inline constexpr std::uint32_t most_shared = 7;
inline constexpr std::uint32_t most_further = 31;

struct SegmentHeader {
  std::uint64_t magic = segment_magic;
  std::uint64_t total_bytes = 0;
  std::uint64_t id = 0;
  std::uint64_t base = 0;
  std::uint64_t docs_start = 0, chunks_start = 0, blocks_start = 0, pool_start = 0, pool_bytes = 0;
  std::uint64_t dictionary_start = 0, dictionary_bytes = 0, postings_start = 0, postings_bytes = 0;
  std::uint32_t docs = 0, chunks = 0, blocks = 0, terms = 0;
  Totals totals;
};

/// Appends to a list of postings whose ids ascend.
class PostingWriter {
 public:
  void add(std::string& out, std::uint32_t id, std::uint32_t count) {
    const std::uint32_t gap = id - next_;
    const std::uint32_t small = count < 4 ? count - 1 : 3;
    put_varint(out, gap << 2U | small);
    if (small == 3) put_varint(out, count - 4);
    next_ = id + 1;
  }

 private:
  std::uint32_t next_ = 0;
};

/// Puts a segment together: documents and chunks in order, then terms in byte order.
class SegmentWriter {
 public:
  /// Returns where the text is in the pool.
  std::uint32_t add_text(std::string_view text);
  /// The same, its length (at most 255) before it; each distinct one is there once.
  std::uint32_t add_name(std::string_view name);
  void add_doc(const DocRecord& doc) { docs_.push_back(doc); }
  void add_chunk(const ChunkRecord& chunk) { chunks_.push_back(chunk); }
  [[nodiscard]] std::uint32_t doc_count() const { return static_cast<std::uint32_t>(docs_.size()); }
  [[nodiscard]] std::uint32_t chunk_count() const {
    return static_cast<std::uint32_t>(chunks_.size());
  }
  void add_term(std::string_view term, const TermEntry& entry);
  /// The whole segment. `base` is the id of the segment it amends, 0 for none.
  [[nodiscard]] std::string finish(std::uint64_t base) &&;

 private:
  void put_head(std::uint32_t shared, std::uint32_t further);

  std::vector<DocRecord> docs_;
  std::vector<ChunkRecord> chunks_;
  std::vector<BlockRecord> blocks_;
  std::string pool_, dictionary_, postings_, last_term_;
  TermTable names_;
  std::vector<std::uint32_t> name_starts_;  // by number in names_
  std::uint32_t terms_ = 0;
};

}  // namespace plim::index
