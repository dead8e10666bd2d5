#include "index/commit_corpus.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "index/history.hpp"
#include "index/segment_builder.hpp"

namespace plim::index {
namespace {

constexpr std::size_t most_files = 20;      // of a commit
constexpr std::size_t most_message = 2000;  // bytes: behind that come lists and logs

// What a kept corpus is marked with: the beginning of the commit's name; 0 is none.
std::uint64_t mark_of(std::string_view commit) {
  std::uint64_t mark = 0;
  std::from_chars(commit.data(), commit.data() + std::min<std::size_t>(commit.size(), 16), mark,
                  16);
  return mark;
}

Document document_of(Commit commit) {
  Document document;
  for (const auto& file : commit.files) document.path += (document.path.empty() ? "" : "\n") + file;
  commit.message.resize(std::min(commit.message.size(), most_message));
  const auto size = static_cast<std::uint32_t>(commit.message.size());
  document.chunks.push_back({.name = {}, .parts = {{.start = 0, .end = size}}});
  document.bytes = std::move(commit.message);
  return document;
}

std::string build(std::vector<Commit> commits, std::uint64_t mark) {
  SegmentBuilder builder;
  for (auto& commit : commits) {
    if (commit.files.empty() || commit.files.size() > most_files) continue;
    builder.add(document_of(std::move(commit)));
  }
  return std::move(builder).finish(mark);
}

Corpus corpus_of(Segment segment) {
  Corpus corpus;
  corpus.add(std::move(segment), {});
  return corpus;
}

Result<Corpus> updated(Corpus known, const ProjectPast& past, const Store* store,
                       const std::stop_token& stop) {
  const auto mark = mark_of(TRY(current_commit(past.root, past.program_path, stop)));
  if (mark == 0) return Corpus();
  if (!known.parts().empty() && known.parts().front().segment.base() == mark) return known;
  if (auto kept = store != nullptr ? store->load_commits() : std::nullopt) {
    if (kept->base() == mark) return corpus_of(*std::move(kept));
  }
  auto commits = TRY(newest_commits(past.root, past.program_path, stop));
  if (commits.empty()) return Corpus();  // or git was too slow: it will be asked again
  auto segment = TRY(Segment::open(build(std::move(commits), mark)));
  // A full disk costs the next start some time, and is no error.
  if (store != nullptr) static_cast<void>(store->save_commits(segment));
  return corpus_of(std::move(segment));
}

}  // namespace

void refresh_commits(Corpus& commits, const ProjectPast& past, const Store* store,
                     const std::stop_token& stop) {
  if (auto now = updated(commits, past, store, stop)) commits = *std::move(now);
}

}  // namespace plim::index
