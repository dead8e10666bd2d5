#include "tools/command_logs.hpp"

#include <algorithm>
#include <charconv>
#include <format>
#include <vector>

#include "tools/trim.hpp"

namespace plim::tools {
namespace {

constexpr std::size_t most_log_bytes = 1U << 20U;
constexpr std::uint64_t most_total_bytes = 64U << 20U;
constexpr std::string_view extension = ".txt";

std::string file_of(std::size_t number) { return std::format("{}{}", number, extension); }

// The number in "17.txt"; 0 for any other name.
std::size_t number_of(std::string_view name) {
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  const auto rest = std::string_view(end, name.data() + name.size());
  return error == std::errc() && (rest == extension || rest.empty()) ? number : 0;
}

std::vector<std::size_t> numbers(const sys::Directory& folder) {
  std::vector<std::size_t> found;
  const auto entries = folder.entries(".");
  if (!entries) return found;
  for (const auto& entry : *entries) {
    if (const auto number = number_of(entry.name); number > 0) found.push_back(number);
  }
  std::ranges::sort(found);
  return found;
}

}  // namespace

std::size_t CommandLogs::newest() const {
  const auto folder = sys::Directory::open(directory_);
  if (!folder) return 0;
  const auto all = numbers(*folder);
  return all.empty() ? 0 : all.back();
}

void CommandLogs::drop_oldest(const sys::Directory& folder) const {
  std::uint64_t total = 0;
  const auto all = numbers(folder);
  for (auto number = all.rbegin(); number != all.rend(); ++number) {
    const auto stat = folder.stat(file_of(*number));
    total += stat ? stat->size : 0;
    if (total > most_total_bytes) (void)folder.remove(file_of(*number));
  }
}

Result<std::string> CommandLogs::keep(std::string_view text) {
  const auto folder = TRY(sys::Directory::open_private(directory_));
  const auto number = newest() + 1;
  TRY(folder.create(file_of(number), trim_middle(text, most_log_bytes), 0600)
          .transform_error(during("keeping a command's output")));
  drop_oldest(folder);
  return std::format("run:{}", number);
}

Result<std::string> CommandLogs::find(std::string_view name) const {
  const auto number = is_name(name) ? number_of(name.substr(4)) : 0;
  const auto folder = sys::Directory::open(directory_);
  if (number > 0 && folder) {
    auto content = folder->read(file_of(number), most_log_bytes + 1024);
    if (content) return std::move(content->bytes);
  }
  const auto last = newest();
  return last == 0
             ? fail(Errc::not_found, "there is no output {}; none had to be cut yet", name)
             : fail(Errc::not_found, "there is no output {}; the newest is run:{}", name, last);
}

}  // namespace plim::tools
