#include "index/segment_merge.hpp"

#include <algorithm>

#include "index/segment_format.hpp"

namespace plim::index {
namespace {

constexpr std::uint32_t gone = ~std::uint32_t{0};

struct Source {
  const Segment* segment;
  TermCursor terms;
  bool has_term;
  bool is_unmoved;                      // all its numbers stay as they are
  std::vector<std::uint32_t> new_docs;  // by old number; `gone` for dead ones
  std::vector<std::uint32_t> new_chunks;
  std::vector<std::uint32_t> doc_of_chunk;  // new numbers, by old chunk
};

void copy_document(const Segment& segment, std::uint32_t number, Source& source,
                   SegmentWriter& writer) {
  DocRecord doc = segment.docs()[number];
  doc.path_start = writer.add_text(segment.path(doc));
  const auto old_first = doc.first_chunk;
  doc.first_chunk = writer.chunk_count();
  const auto chunks = segment.chunks_of(number);
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    source.new_chunks[old_first + i] = writer.chunk_count();
    source.doc_of_chunk[old_first + i] = writer.doc_count();
    ChunkRecord chunk = chunks[i];
    chunk.name = writer.add_name(segment.name(chunk));
    writer.add_chunk(chunk);
  }
  source.new_docs[number] = writer.doc_count();
  writer.add_doc(doc);
}

Source open_source(const MergePart& part, SegmentWriter& writer) {
  const Segment& segment = *part.segment;
  const bool is_first = writer.doc_count() == 0;
  Source source{&segment, segment.terms(), false, is_first && part.dead.empty(), {}, {}, {}};
  source.new_docs.assign(segment.docs().size(), gone);
  source.new_chunks.assign(segment.chunks().size(), gone);
  source.doc_of_chunk.assign(segment.chunks().size(), gone);
  for (std::uint32_t number = 0; number < segment.docs().size(); ++number) {
    const bool is_dead = !part.dead.empty() && part.dead[number];
    if (!is_dead) copy_document(segment, number, source, writer);
  }
  source.has_term = source.terms.next();
  return source;
}

struct List {
  std::string bytes;
  PostingWriter writer;
  std::uint32_t entries = 0;

  void clear() {
    bytes.clear();
    writer = {};
    entries = 0;
  }
  void copy(std::string_view from, const std::vector<std::uint32_t>& numbers) {
    Postings postings(from);
    while (const auto posting = postings.next()) {
      if (posting->id >= numbers.size()) return;
      if (numbers[posting->id] == gone) continue;
      writer.add(bytes, numbers[posting->id], posting->count);
      ++entries;
    }
  }
};

class Merger {
 public:
  explicit Merger(std::span<const MergePart> parts) {
    sources_.reserve(parts.size());
    for (const auto& part : parts) sources_.push_back(open_source(part, writer_));
  }

  std::string run(std::uint64_t base) && {
    while (const std::string* term = least()) {
      const std::string current = *term;
      if (auto* const only = unmoved_alone(current)) {
        writer_.add_term(current, only->terms.entry());
        only->has_term = only->terms.next();
      } else {
        merge_term(current);
      }
    }
    return std::move(writer_).finish(base);
  }

 private:
  [[nodiscard]] const std::string* least() const {
    const std::string* found = nullptr;
    for (const auto& source : sources_) {
      if (source.has_term && (found == nullptr || source.terms.term() < *found)) {
        found = &source.terms.term();
      }
    }
    return found;
  }

  // The one that has the term, where its lists may be taken as they are: most terms of an amendment
  // that one file is added to.
  [[nodiscard]] Source* unmoved_alone(const std::string& term) {
    auto& first = sources_.front();
    const bool has_it = first.is_unmoved && first.has_term && first.terms.term() == term;
    const auto shares = [&](const Source& other) {
      return other.has_term && other.terms.term() == term;
    };
    const bool is_alone = has_it && std::none_of(sources_.begin() + 1, sources_.end(), shares);
    return is_alone ? &first : nullptr;
  }

  void merge_term(const std::string& term) {
    body_.clear();
    defs_.clear();
    path_.clear();
    std::uint32_t body_docs = 0;
    for (auto& source : sources_) {
      if (!source.has_term || source.terms.term() != term) continue;
      const auto& entry = source.terms.entry();
      body_.copy(entry.body, source.new_chunks);
      body_docs += count_docs(entry.body, source);
      defs_.copy(entry.defs, source.new_docs);
      path_.copy(entry.path, source.new_docs);
      source.has_term = source.terms.next();
    }
    if (body_.entries + defs_.entries + path_.entries == 0) return;
    writer_.add_term(term, {.body_chunks = body_.entries,
                            .defs_docs = defs_.entries,
                            .path_docs = path_.entries,
                            .body_docs = body_docs,
                            .body = body_.bytes,
                            .defs = defs_.bytes,
                            .path = path_.bytes});
  }

  static std::uint32_t count_docs(std::string_view list, const Source& source) {
    std::uint32_t docs = 0;
    std::uint32_t last = gone;
    Postings postings(list);
    while (const auto posting = postings.next()) {
      if (posting->id >= source.doc_of_chunk.size()) break;
      const auto doc = source.doc_of_chunk[posting->id];
      if (doc != gone && doc != last) ++docs;
      if (doc != gone) last = doc;
    }
    return docs;
  }

  SegmentWriter writer_;
  std::vector<Source> sources_;
  List body_, defs_, path_;
};

}  // namespace

std::string merge_segments(std::span<const MergePart> parts, std::uint64_t base) {
  return Merger(parts).run(base);
}

}  // namespace plim::index
