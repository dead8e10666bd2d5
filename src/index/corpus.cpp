#include "index/corpus.hpp"

namespace plim::index {

void Corpus::add(Segment segment, std::vector<bool> dead) {
  const auto docs = segment.docs();
  const auto part = static_cast<std::uint8_t>(parts_.size());
  const auto first_doc = doc_count();
  const auto first_chunk = chunk_count();
  doc_of_chunk_.reserve(first_chunk + segment.chunks().size());
  for (std::uint32_t doc = 0; doc < docs.size(); ++doc) {
    doc_of_chunk_.resize(doc_of_chunk_.size() + segment.chunks_of(doc).size(), first_doc + doc);
  }
  doc_of_part_.resize(doc_of_part_.size() + docs.size(), part);
  const auto& more = segment.totals();
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

bool Corpus::is_outside(std::uint32_t chunk) const {
  return chunk == 0 || doc_of_chunk_[chunk] != doc_of_chunk_[chunk - 1];
}

std::vector<TermEntry> Corpus::find(std::string_view term) const {
  std::vector<TermEntry> entries;
  entries.reserve(parts_.size());
  for (const auto& part : parts_) {
    entries.push_back(part.segment.find(term).value_or(TermEntry{}));
  }
  return entries;
}

}  // namespace plim::index
