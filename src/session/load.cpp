// Reading session files: whole, or as a line in a list.
#include <algorithm>
#include <functional>

#include "base/utf8.hpp"
#include "session/session.hpp"
#include "session/session_file.hpp"
#include "sys/directory.hpp"

namespace plim::session {
namespace {

constexpr std::uint64_t max_session_bytes = 256U << 20U;
constexpr std::uint64_t list_head_bytes = 256U << 10U;
constexpr std::uint64_t list_tail_bytes = 64U << 10U;
constexpr std::size_t max_problems = 20;
constexpr std::size_t max_task_bytes = 200;

// A damaged file must not bury the user in messages.
void report(std::vector<std::string>& problems, std::string problem) {
  if (problems.size() < max_problems) problems.push_back(std::move(problem));
  if (problems.size() == max_problems) problems.emplace_back("further damage is not listed");
}

// Calls `visit` with each line and its 1-based number; the last may lack its newline.
void for_each_line(std::string_view text,
                   const std::function<void(std::string_view, std::size_t, bool whole)>& visit) {
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto newline = text.find('\n');
    const bool whole = newline != std::string_view::npos;
    visit(text.substr(0, newline), number, whole);
    text.remove_prefix(whole ? newline + 1 : text.size());
  }
}

std::string first_line(const std::string& text) {
  return std::string(
      utf8_prefix(std::string_view(text).substr(0, text.find('\n')), max_task_bytes));
}

// Reads the ends of a file only: sessions grow to hundreds of megabytes.
Result<Summary> summarize(const sys::Directory& folder, const std::string& id) {
  const auto file = TRY(sys::AppendFile::open(folder, file_name(id)));
  const auto size = TRY(file.size());
  Summary summary{.meta = TRY(read_meta(file, id)), .task = {}, .outcome = {}};
  const auto head = TRY(file.read(0, list_head_bytes));
  for_each_line(head, [&](std::string_view line, std::size_t, bool) {
    if (!summary.task.empty()) return;
    const auto event = chat::parse_event(line);
    if (!event) return;
    if (const auto* started = std::get_if<chat::TaskStarted>(&*event)) {
      summary.task = first_line(started->task);
    }
  });
  const auto start = size > list_tail_bytes ? size - list_tail_bytes : 0;
  const auto tail = TRY(file.read(start, list_tail_bytes));
  for_each_line(tail, [&](std::string_view line, std::size_t, bool) {
    const auto event = chat::parse_event(line);
    if (!event) return;
    if (std::holds_alternative<chat::TaskStarted>(*event)) summary.outcome.reset();
    if (const auto* finished = std::get_if<chat::TaskFinished>(&*event)) {
      summary.outcome = finished->outcome;
    }
  });
  return summary;
}

}  // namespace

Result<Loaded> load(const std::filesystem::path& directory, const std::string& id) {
  TRY(check_id(id));
  const auto folder = TRY(sys::Directory::open(directory));
  const auto content = TRY(folder.read(file_name(id), max_session_bytes)
                               .transform_error(during("reading session " + id)));
  const std::string_view text = content.bytes;
  Loaded loaded{
      .meta = TRY(parse_meta(text.substr(0, text.find('\n')), id)), .events = {}, .problems = {}};
  for_each_line(text, [&](std::string_view line, std::size_t number, bool whole) {
    if (number == 1) return;
    if (!whole) {
      report(loaded.problems,
             std::format("line {}: cut off, {} bytes were lost", number, line.size()));
    } else if (line.size() > 2 * max_line_bytes) {
      report(loaded.problems,
             std::format("line {}: skipped, it has {} bytes", number, line.size()));
    } else if (auto event = chat::parse_event(line)) {
      loaded.events.push_back(*std::move(event));
    } else {
      report(loaded.problems, std::format("line {}: skipped, {}", number, event.error().message));
    }
  });
  return loaded;
}

std::vector<Summary> list(const std::filesystem::path& directory) {
  std::vector<Summary> summaries;
  const auto folder = sys::Directory::open(directory);
  const auto entries = folder ? folder->entries(".") : std::unexpected(folder.error());
  for (const auto& entry : entries.value_or(std::vector<sys::DirectoryEntry>{})) {
    const std::string id = entry.name.substr(0, entry.name.find('.'));
    if (entry.name != file_name(id) || entry.kind != sys::FileKind::regular || !check_id(id))
      continue;
    if (auto summary = summarize(*folder, id)) summaries.push_back(*std::move(summary));
  }
  std::ranges::sort(summaries, std::ranges::greater{}, [](const Summary& summary) {
    return std::tie(summary.meta.created, summary.meta.id);
  });
  return summaries;
}

}  // namespace plim::session
