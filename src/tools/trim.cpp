#include "tools/trim.hpp"

#include <algorithm>
#include <format>

#include "base/utf8.hpp"

namespace plim::tools {
namespace {

// Moves a cut to the line boundary before (after) it, unless that would lose most of the part.
std::string_view whole_lines_head(std::string_view head) {
  const auto newline = head.rfind('\n');
  return newline != std::string_view::npos && newline * 2 >= head.size() ? head.substr(0, newline)
                                                                         : head;
}

std::string_view whole_lines_tail(std::string_view tail) {
  const auto newline = tail.find('\n');
  return newline != std::string_view::npos && newline * 2 <= tail.size() ? tail.substr(newline + 1)
                                                                         : tail;
}

void remove_all(std::string& text, std::string_view what) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at)) {
    text.erase(at, what.size());
  }
}

std::string fold_repeats(std::string_view text) {
  std::string out;
  std::string_view last;
  std::size_t repeats = 0;
  const auto flush = [&] {
    if (repeats > 0) out += std::format("[the line above {} more times]\n", repeats);
    repeats = 0;
  };
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!line.empty() && line == last) {
      ++repeats;
      continue;
    }
    flush();
    out.append(line).push_back('\n');
    last = line;
  }
  flush();
  return out;
}

}  // namespace

std::string trim_middle(std::string_view text, std::size_t max_chars) {
  if (text.size() <= max_chars) return std::string(text);
  constexpr std::size_t note_chars = 64;
  const std::size_t room = max_chars > note_chars ? max_chars - note_chars : 0;
  const auto head = whole_lines_head(utf8_prefix(text, room / 3));
  const auto tail = whole_lines_tail(utf8_suffix(text, room - room / 3));
  const std::size_t cut = text.size() - head.size() - tail.size();
  const auto note = std::format("{}[{} bytes cut here]\n", head.empty() ? "" : "\n", cut);
  return std::string(utf8_prefix(std::string(head) + note + std::string(tail), max_chars));
}

std::string clean_output(std::string_view output, std::string_view root) {
  std::string text = to_utf8(without_escapes(output));
  std::erase_if(
      text, [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t'; });
  if (root.size() > 1) remove_all(text, std::string(root) + "/");
  text = fold_repeats(text);
  text.erase(text.find_last_not_of(" \t\n") + 1);
  return text;
}

}  // namespace plim::tools
