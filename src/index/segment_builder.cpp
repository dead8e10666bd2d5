#include "index/segment_builder.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

#include "index/lex.hpp"

namespace plim::index {
namespace {

template <class Number>
Number capped(std::size_t value) {
  return static_cast<Number>(std::min<std::size_t>(value, std::numeric_limits<Number>::max()));
}

}  // namespace

// Identifiers repeat: each distinct one is split into terms once.
const SegmentBuilder::Expansion& SegmentBuilder::expansion_of(std::string_view name,
                                                              std::uint32_t& number) {
  number = names_.number_of(name);
  if (number < expansions_.size()) return expansions_[number];
  const auto start = static_cast<std::uint32_t>(expanded_.size());
  for_each_term(name, [&](std::string_view term) { expanded_.push_back(terms_.number_of(term)); });
  expansions_.push_back({start, static_cast<std::uint32_t>(expanded_.size()) - start});
  name_counts_.push_back(0);
  term_counts_.resize(terms_.size(), 0);
  body_.resize(terms_.size());
  return expansions_.back();
}

void SegmentBuilder::count_name(std::string_view name, std::uint32_t times) {
  std::uint32_t number = 0;
  if (expansion_of(name, number).size == 0) return;
  if (name_counts_[number] == 0) seen_names_.push_back(number);
  name_counts_[number] += times;
}

void SegmentBuilder::count_names(std::string_view text) {
  for_each_name(text, [&](std::string_view name, std::size_t) { count_name(name, 1); });
}

void SegmentBuilder::count_terms() {
  for (const auto name : seen_names_) {
    const auto [start, size] = expansions_[name];
    for (auto i = start; i < start + size; ++i) {
      const auto term = expanded_[i];
      if (term_counts_[term] == 0) seen_terms_.push_back(term);
      term_counts_[term] += name_counts_[name];
    }
    name_counts_[name] = 0;
  }
  seen_names_.clear();
}

std::uint32_t SegmentBuilder::add_chunk(const Chunk& chunk, std::string_view text) {
  for (const auto part : chunk.parts) count_names(text.substr(part.start, part.end - part.start));
  count_terms();
  std::uint32_t total = 0;
  const auto doc = writer_.doc_count();
  for (const auto term : seen_terms_) {
    auto& list = body_[term];
    list.writer.add(list.bytes, writer_.chunk_count(), term_counts_[term]);
    ++list.entries;
    if (list.next_doc <= doc) ++list.docs;
    list.next_doc = doc + 1;
    total += std::exchange(term_counts_[term], 0U);
  }
  seen_terms_.clear();
  ChunkRecord record{.name = writer_.add_name(chunk.name), .terms = capped<std::uint16_t>(total)};
  record.set(chunk.first_line, chunk.last_line, chunk.kind, chunk.depth);
  writer_.add_chunk(record);
  return total;
}

std::uint32_t SegmentBuilder::take_field(std::vector<Occurrence>& into) {
  count_terms();
  std::uint32_t total = 0;
  for (const auto term : seen_terms_) {
    const auto count = std::exchange(term_counts_[term], 0U);
    into.push_back({term, writer_.doc_count(), count});
    total += count;
  }
  seen_terms_.clear();
  return total;
}

void SegmentBuilder::add(const Document& document) {
  DocRecord record{.version = document.version,
                   .path_start = writer_.add_text(document.path),
                   .path_size = static_cast<std::uint32_t>(document.path.size()),
                   .first_chunk = writer_.chunk_count(),
                   .language = document.language,
                   .role = document.role,
                   .symbols = document.symbols};
  record.flags = static_cast<std::uint8_t>((document.is_binary ? doc_is_binary : 0) |
                                           (document.is_cut ? doc_is_cut : 0));
  for (const auto& chunk : document.chunks) {
    record.body_terms += add_chunk(chunk, document.bytes);
  }
  for (const auto& name : document.names) count_names(name);
  record.defs_terms = capped<std::uint16_t>(take_field(defs_));
  count_names(document.path);
  record.path_terms = capped<std::uint16_t>(take_field(paths_));
  writer_.add_doc(record);
}

std::string SegmentBuilder::finish(std::uint64_t base) && {
  const auto by_term = [](std::vector<Occurrence>& field, std::uint32_t terms) {
    std::vector<FieldList> lists(terms);
    for (const auto& [term, doc, count] : field) {
      auto& list = lists[term];
      list.writer.add(list.bytes, doc, count);
      ++list.entries;
    }
    field = {};
    return lists;
  };
  const auto defs = by_term(defs_, terms_.size());
  const auto paths = by_term(paths_, terms_.size());
  std::vector<std::uint32_t> order(terms_.size());
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::sort(order, {}, [&](std::uint32_t term) { return terms_.word(term); });
  body_.resize(terms_.size());
  for (const auto term : order) {
    const auto& body = body_[term];
    writer_.add_term(terms_.word(term), {.body_chunks = body.entries,
                                         .defs_docs = defs[term].entries,
                                         .path_docs = paths[term].entries,
                                         .body_docs = body.docs,
                                         .body = body.bytes,
                                         .defs = defs[term].bytes,
                                         .path = paths[term].bytes});
  }
  return std::move(writer_).finish(base);
}

}  // namespace plim::index
