#include "index/read_files.hpp"

#include <algorithm>
#include <chrono>
#include <numeric>
#include <thread>
#include <utility>

#include "index/parse.hpp"
#include "index/segment_builder.hpp"

namespace plim::index {
namespace {

constexpr std::uint64_t max_read = 8U << 20U;  // bytes; a larger file is known by its path only
constexpr std::size_t max_threads = 8;

// Of reading a file, in bytes that are only split into words (some 70 MB/s). Grammars take four
// to fourteen times as long; a project is mostly of one language.
constexpr double cost_to_open = 2'000;
constexpr double cost_to_parse = 8;           // a byte
constexpr double worth_a_thread = 1'000'000;  // some 15 ms

std::int64_t now_ns() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::nanoseconds>(since).count();
}

// A file written in the same tick of the file system's clock as we read it may change again
// without its time changing: such a version never counts as known.
// Source: git's Documentation/technical/racy-git.
Version trusted(Version version, std::int64_t read_at) {
  constexpr std::int64_t fine_tick = 20'000'000;
  constexpr std::int64_t coarse_tick = 2'000'000'000;
  const bool is_coarse = version.mtime_ns % 1'000'000'000 == 0;
  if (version.mtime_ns + (is_coarse ? coarse_tick : fine_tick) > read_at) version.mtime_ns = -1;
  return version;
}

double cost_of(const SweptFile& file, const ReadLimits& limits) {
  const auto language = language_of(file.path);
  const bool is_data = !is_code(language) && language != Language::prose;
  const auto bytes = static_cast<double>(
      std::min(file.version.size, is_data ? limits.max_data_bytes : limits.max_bytes));
  const bool parses = limits.use_grammars && grammar_of(language) != nullptr &&
                      role_of(file.path, language) == Role::source;
  return cost_to_open + bytes * (parses ? cost_to_parse : 1);
}

ReadPart read_part(const sys::Directory& root, std::span<const SweptFile* const> files,
                   const ReadLimits& limits, const std::stop_token& stop) {
  Parser parser;
  SegmentBuilder builder;
  ReadPart part;
  for (const auto* file : files) {
    if (stop.stop_requested()) break;
    const auto read_at = now_ns();
    auto content = root.read(file->path, max_read);
    if (!content && content.error().code != Errc::capacity) {
      ++part.unreadable;
      continue;
    }
    const auto version = content ? version_of(content->stat) : file->version;
    auto document = read_document(parser, file->path, trusted(version, read_at),
                                  content ? std::move(content->bytes) : std::string(), limits);
    document.is_cut = document.is_cut || !content;
    builder.add(document);
  }
  part.segment = std::move(builder).finish(0);
  return part;
}

}  // namespace

std::vector<std::size_t> even_ends(std::span<const double> costs, std::size_t parts) {
  const double all = std::reduce(costs.begin(), costs.end());
  std::vector<std::size_t> ends;
  double sum = 0;
  for (std::size_t i = 0; i < costs.size() && ends.size() + 1 < parts; ++i) {
    sum += costs[i];
    const double due = all * static_cast<double>(ends.size() + 1) / static_cast<double>(parts);
    if (sum >= due) ends.push_back(i + 1);
  }
  ends.resize(parts, costs.size());
  return ends;
}

std::vector<ReadPart> read_files(const sys::Directory& root,
                                 std::span<const SweptFile* const> files, const ReadLimits& limits,
                                 const std::stop_token& stop) {
  std::vector<double> costs;
  costs.reserve(files.size());
  for (const auto* file : files) costs.push_back(cost_of(*file, limits));
  const double all = std::reduce(costs.begin(), costs.end());
  const std::size_t cores = std::max(1U, std::thread::hardware_concurrency());
  const auto threads =
      std::min({1 + static_cast<std::size_t>(all / worth_a_thread), cores, max_threads});
  std::vector<ReadPart> parts(threads);
  {
    std::vector<std::jthread> workers;
    std::size_t first = 0;
    for (std::size_t i = 0; const auto end : even_ends(costs, threads)) {
      workers.emplace_back([&, i, part = files.subspan(first, end - first)] {
        parts[i] = read_part(root, part, limits, stop);
      });
      first = end;
      ++i;
    }
  }
  return parts;
}

}  // namespace plim::index
