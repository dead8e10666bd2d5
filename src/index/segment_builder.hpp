#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "index/document.hpp"
#include "index/segment_format.hpp"
#include "index/term_table.hpp"

namespace plim::index {

/// Makes a segment of documents. One thread.
class SegmentBuilder {
 public:
  void add(const Document& document);
  [[nodiscard]] std::uint32_t doc_count() const { return writer_.doc_count(); }
  /// See SegmentWriter::finish.
  [[nodiscard]] std::string finish(std::uint64_t base) &&;

 private:
  struct List {
    std::string bytes;
    PostingWriter writer;
    std::uint32_t entries = 0;
    std::uint32_t docs = 0;
    std::uint32_t next_doc = 0;  // one more than the last document counted in `docs`
  };
  struct FieldList {
    std::string bytes;
    PostingWriter writer;
    std::uint32_t entries = 0;
  };
  struct Occurrence {
    std::uint32_t term, doc, count;
  };
  struct Expansion {
    std::uint32_t start, size;
  };

  std::uint32_t add_chunk(const Chunk& chunk, std::string_view text);
  void count_names(std::string_view text);
  void count_name(std::string_view name, std::uint32_t times);
  std::uint32_t take_field(std::vector<Occurrence>& into);
  const Expansion& expansion_of(std::string_view name, std::uint32_t& number);
  void count_terms();

  SegmentWriter writer_;
  TermTable names_;  // identifiers as written
  TermTable terms_;
  std::vector<Expansion> expansions_;    // by name: its terms are…
  std::vector<std::uint32_t> expanded_;  // …a stretch of these
  std::vector<std::uint32_t> name_counts_, term_counts_;
  std::vector<std::uint32_t> seen_names_, seen_terms_;
  std::vector<List> body_;
  std::vector<Occurrence> defs_, paths_;
};

}  // namespace plim::index
