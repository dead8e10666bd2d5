#include "index/log_find.hpp"

#include <algorithm>
#include <optional>
#include <ranges>
#include <unordered_map>

#include "index/log_paths.hpp"
#include "index/log_rank.hpp"
#include "sys/directory.hpp"

namespace plim::index {
namespace {

constexpr std::size_t most_records = 12;
constexpr std::size_t most_frames = 8;
constexpr std::size_t longest_message = 400;
constexpr std::uint64_t largest_test = 1U << 20U;
// Of the two lists, in their fusion by rank: a log that was understood says more than its words.
constexpr double by_log = 3;
constexpr double by_words = 1;
constexpr double rank_offset = 10;

Reason reason_of(LogReason reason) {
  switch (reason) {
    case LogReason::place:
    case LogReason::frame:
      return Reason::mentioned;
    case LogReason::test_name:
      return Reason::path;
    case LogReason::test_body:
    case LogReason::message:
      return Reason::defines;
  }
  return Reason::words;
}

std::vector<std::string> paths_of(const Corpus& corpus) {
  std::vector<std::string> paths;
  for (std::uint32_t doc = 0; doc < corpus.doc_count(); ++doc) {
    if (!corpus.is_dead(doc)) paths.emplace_back(corpus.path(doc));
  }
  std::ranges::sort(paths);
  return paths;
}

std::vector<FileHit> fuse(const std::vector<LogFile>& of_log, const std::vector<FileHit>& of_words,
                          std::size_t limit) {
  std::unordered_map<std::string, FileHit> fused;
  for (std::size_t i = 0; i < of_log.size(); ++i) {
    const auto& [path, score, reason, line] = of_log[i];
    fused[path] = {.path = path,
                   .reason = reason_of(reason),
                   .score = by_log / (rank_offset + static_cast<double>(i))};
  }
  for (std::size_t i = 0; i < of_words.size(); ++i) {
    auto [hit, is_new] = fused.try_emplace(of_words[i].path, of_words[i]);
    if (is_new) hit->second.score = 0;
    hit->second.role = of_words[i].role;
    hit->second.language = of_words[i].language;
    hit->second.score += by_words / (rank_offset + static_cast<double>(i));
  }
  std::vector<FileHit> hits;
  hits.reserve(fused.size());
  for (auto& [path, hit] : fused) hits.push_back(std::move(hit));
  std::ranges::sort(hits, [](const FileHit& a, const FileHit& b) {
    return a.score != b.score ? a.score > b.score : a.path < b.path;
  });
  if (hits.size() > limit) hits.resize(limit);
  return hits;
}

// The innermost function around a line; nothing outside of all.
std::optional<FunctionHit> function_at(const Corpus& corpus, const std::string& path,
                                       std::uint32_t line) {
  const auto docs = std::views::iota(std::uint32_t{0}, corpus.doc_count());
  const auto doc = std::ranges::find_if(
      docs, [&](std::uint32_t each) { return !corpus.is_dead(each) && corpus.path(each) == path; });
  if (doc == docs.end()) return std::nullopt;
  const auto chunks = std::views::iota(std::uint32_t{0}, corpus.chunk_count());
  std::optional<FunctionHit> found;
  // Chunks stand in their documents' order, an inner one after that around it.
  for (auto chunk = std::ranges::lower_bound(
           chunks, *doc, {}, [&](std::uint32_t each) { return corpus.doc_of_chunk(each); });
       chunk != chunks.end() && corpus.doc_of_chunk(*chunk) == *doc; ++chunk) {
    const auto& record = corpus.chunk(*chunk);
    const bool around = record.first_line() <= line && line <= record.last_line();
    if (!around || record.kind() != SymbolKind::function) continue;
    found = FunctionHit{.path = path,
                        .name = std::string(corpus.name(*chunk)),
                        .first_line = record.first_line(),
                        .last_line = record.last_line()};
  }
  return found;
}

// Functions that the log has a line of come before those that only share its words.
void put_places_first(const Index& index, const std::vector<Frame>& frames, std::size_t limit,
                      std::vector<FunctionHit>& functions) {
  std::vector<FunctionHit> hits;
  const auto add = [&](const FunctionHit& hit) {
    const bool is_known = std::ranges::any_of(hits, [&](const FunctionHit& known) {
      return known.path == hit.path && known.first_line == hit.first_line;
    });
    if (!is_known && hits.size() < limit) hits.push_back(hit);
  };
  for (const auto& frame : frames) {
    const auto paths = frame.line > 0 ? index.resolve(frame.path, 1) : std::vector<std::string>();
    const auto hit =
        paths.empty() ? std::nullopt : function_at(index.corpus(), paths.front(), frame.line);
    if (hit) add(*hit);
  }
  for (const auto& function : functions) add(function);
  functions = std::move(hits);
}

}  // namespace

Query query_of(const LogReport& report, const std::string& words) {
  Query query{.task = words};
  std::size_t taken = 0;
  for (const auto& record : report.records) {
    if (record.severity != Severity::error) continue;
    if (taken++ >= most_records) break;
    query.task += "\n" + record.message.substr(0, longest_message) + " " + record.test;
    if (!record.symbol.empty()) query.symbols.push_back(record.symbol);
    if (!record.file.empty() && !is_foreign(record.file)) {
      query.frames.push_back(
          {.path = record.file, .line = static_cast<std::uint32_t>(record.line)});
    }
    double weight = 2;
    std::size_t frames = 0;
    for (const auto& frame : record.frames) {
      if (frame.file.empty() || is_foreign(frame.file) || is_foreign(frame.function)) continue;
      if (frames++ >= most_frames) break;
      query.frames.push_back({.path = frame.file,
                              .line = static_cast<std::uint32_t>(frame.line),
                              .function = frame.function,
                              .weight = weight});
      weight = 1;
    }
  }
  return query;
}

Result<Snippets> find_in_log(const Index& index, const std::filesystem::path& root,
                             const LogReport& report, const std::string& words,
                             const FindLimits& limits) {
  const auto directory = TRY(sys::Directory::open(root));
  const auto paths = paths_of(index.corpus());
  const LogProject project{.paths = paths,
                           .read = [&](const std::string& path) -> std::optional<std::string> {
                             auto content = directory.read(path, largest_test);
                             return content ? std::optional(std::move(content->bytes))
                                            : std::nullopt;
                           },
                           .definers = [&](std::string_view name) { return index.definers(name); }};
  constexpr std::size_t depth = 50;
  const auto query = query_of(report, words);
  auto found =
      index.find(query, {.files = std::max(depth, limits.files), .functions = limits.functions});
  put_places_first(index, query.frames, limits.functions, found.functions);
  found.files = fuse(rank_log(report, project, depth), found.files, limits.files);
  return found;
}

}  // namespace plim::index
