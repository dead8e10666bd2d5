#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "index/segment.hpp"

namespace plim::index {

/// Several segments read as one: documents and chunks are numbered through, and those that a later
/// segment replaces are dead. Immutable once made, so any thread may read it.
class Corpus {
 public:
  struct Part {
    Segment segment;
    std::vector<bool> dead;         ///< By document; empty when none is.
    std::uint32_t first_doc = 0;    ///< Number of its first document here…
    std::uint32_t first_chunk = 0;  ///< …and of its first chunk.
  };

  Corpus() = default;
  void add(Segment segment, std::vector<bool> dead);

  [[nodiscard]] const std::vector<Part>& parts() const { return parts_; }
  [[nodiscard]] std::uint32_t doc_count() const {
    return static_cast<std::uint32_t>(doc_of_part_.size());
  }
  [[nodiscard]] std::uint32_t chunk_count() const {
    return static_cast<std::uint32_t>(doc_of_chunk_.size());
  }
  [[nodiscard]] bool is_dead(std::uint32_t doc) const;
  [[nodiscard]] const DocRecord& doc(std::uint32_t doc) const;
  [[nodiscard]] std::string_view path(std::uint32_t doc) const;
  [[nodiscard]] const ChunkRecord& chunk(std::uint32_t chunk) const;
  [[nodiscard]] std::string_view name(std::uint32_t chunk) const;
  [[nodiscard]] std::uint32_t doc_of_chunk(std::uint32_t chunk) const {
    return doc_of_chunk_[chunk];
  }
  [[nodiscard]] std::uint32_t first_chunk(std::uint32_t doc) const;
  /// Whether it is its document's first one: what lies outside all functions and types.
  [[nodiscard]] bool is_outside(std::uint32_t chunk) const;
  /// Of all parts, without the dead: an amended index ranks as a new one does.
  [[nodiscard]] const Totals& totals() const { return totals_; }

  /// A term's entry in each part; an empty one where it does not occur. Its counts are of the
  /// living; its lists hold the dead too.
  [[nodiscard]] std::vector<TermEntry> find(std::string_view term) const;

 private:
  void recount(const Part& part, TermEntry& entry) const;

  std::vector<Part> parts_;
  std::vector<std::uint32_t> doc_of_chunk_;
  std::vector<std::uint8_t> doc_of_part_;  // by document: its part
  Totals totals_;
};

}  // namespace plim::index
