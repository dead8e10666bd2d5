#include "tools/log_excerpt.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <format>
#include <vector>

#include "index/log_trim.hpp"
#include "tools/trim.hpp"
#include "workspace/line_index.hpp"

namespace plim::tools {
namespace {

constexpr std::size_t gap_bytes = 32;  // "[lines 120-4310 left out]\n"
constexpr std::size_t most_line_bytes = 400;
constexpr std::size_t lines_after_error = 2;

bool contains_ignoring_case(std::string_view line, std::string_view word) {
  const auto same = [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; };
  return !std::ranges::search(line, word, same).empty();
}

bool tells_of_an_error(std::string_view line) {
  constexpr auto words =
      std::to_array<std::string_view>({"error", "fail", "fatal", "exception", "panic", "traceback",
                                       "assert", "undefined reference", "expected", "cannot find"});
  return std::ranges::any_of(
      words, [line](std::string_view word) { return contains_ignoring_case(line, word); });
}

class Choice {
 public:
  Choice(const std::vector<workspace::Line>& lines, std::size_t room)
      : lines_(lines), chosen_(lines.size(), false), room_(room) {}

  // Takes a line if it fits into `share` bytes, which it then lessens.
  bool take(std::size_t i, std::size_t& share) {
    if (chosen_[i]) return true;
    const auto cost = std::min(lines_[i].text.size(), most_line_bytes) + 1;
    if (cost > share || cost > room_) return false;
    chosen_[i] = true;
    share -= cost;
    room_ -= cost;
    return true;
  }
  void pay_for_gap(std::size_t& share) const { share -= std::min(share, gap_bytes); }

  [[nodiscard]] std::string text() const {
    std::string out;
    for (std::size_t i = 0; i < lines_.size(); ++i) {
      if (chosen_[i]) {
        out += trim_middle(lines_[i].text, most_line_bytes);
        out += '\n';
        continue;
      }
      const auto first = i;
      while (i + 1 < lines_.size() && !chosen_[i + 1]) ++i;
      out += std::format("[lines {}-{} left out]\n", first + 1, i + 1);
    }
    return out;
  }

 private:
  const std::vector<workspace::Line>& lines_;
  std::vector<bool> chosen_;
  std::size_t room_;
};

}  // namespace

std::string log_excerpt(std::string_view output, std::size_t max_chars, std::string_view name) {
  if (output.size() <= max_chars) return std::string(output);
  const auto lines = workspace::split_lines(output);
  const auto note = name.empty() ? std::string()
                                 : std::format("[all {} lines: read path={}]", lines.size(), name);
  const std::size_t reserved = note.size() + 2 * gap_bytes;
  // Too little for a choice of lines: its ends will do.
  if (max_chars < 4 * reserved || lines.size() < 8) return trim_middle(output, max_chars);
  const std::size_t room = max_chars - reserved;
  const auto report = index::read_log(output);
  const bool understood = std::ranges::any_of(
      report.records, [](const auto& record) { return record.severity == index::Severity::error; });
  if (understood) {
    const auto bytes = [](std::string_view text) { return text.size(); };
    return index::trim_log(report, room, bytes).text + "\n" + note;
  }
  Choice choice(lines, room);
  std::size_t head = room * 15 / 100;
  for (std::size_t i = 0; i < lines.size() && choice.take(i, head); ++i) {
  }
  std::size_t tail = room * 45 / 100;
  for (std::size_t i = lines.size(); i > 0 && choice.take(i - 1, tail); --i) {
  }
  std::size_t middle = room * 40 / 100;
  for (std::size_t i = 0; i < lines.size() && middle > gap_bytes; ++i) {
    if (!tells_of_an_error(lines[i].text)) continue;
    choice.pay_for_gap(middle);
    for (std::size_t j = i; j < std::min(i + 1 + lines_after_error, lines.size()); ++j) {
      if (!choice.take(j, middle)) break;
    }
  }
  return trim_middle(choice.text() + note, max_chars);
}

}  // namespace plim::tools
