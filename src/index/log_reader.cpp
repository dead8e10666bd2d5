#include "index/log_reader.hpp"

#include <algorithm>

#include "base/utf8.hpp"

namespace plim::index::logs {
namespace {

constexpr std::size_t longest_line = 16U << 10U;

std::string clean(std::string_view raw) {
  std::string out;
  out.reserve(raw.size());
  for (const char c : without_escapes(raw)) {
    if (c == '\r') {
      out.clear();  // the terminal would write over it
    } else if (static_cast<unsigned char>(c) >= 0x20 || c == '\t') {
      out += c;
    }
  }
  return is_utf8(out) ? out : to_utf8(out);
}

// Escapes beyond ASCII become '?': they are rare in what is looked for here, and names of files
// come as UTF-8.
char unicode_escape(std::string_view code) {
  if (code == "001b") return '\x1b';
  if (code == "003c") return '<';
  if (code == "003e") return '>';
  if (code == "0026") return '&';
  return code == "0027" ? '\'' : '?';
}

// The text of a JSON string that begins at the front.
std::string json_string(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size() && text[i] != '"'; ++i) {
    if (text[i] != '\\' || i + 1 >= text.size()) {
      out += text[i];
      continue;
    }
    switch (text[++i]) {
      case 'n':
        out += '\n';
        break;
      case 't':
        out += '\t';
        break;
      case 'u':
        out += unicode_escape(text.substr(i + 1, 4));
        i += std::min<std::size_t>(4, text.size() - i - 1);
        break;
      case 'r':
        break;
      default:
        out += text[i];
    }
  }
  return out;
}

// What `cargo --message-format=json` and `go test -json` wrap; "" for an event without text.
std::string event_text(std::string_view line) {
  for (const std::string_view key : {"\"rendered\":\"", "\"Output\":\""}) {
    const auto at = line.find(key);
    if (at != std::string_view::npos) return json_string(line.substr(at + key.size()));
  }
  return {};
}

bool is_event(std::string_view line) {
  return line.starts_with("{\"reason\":\"") ||
         (line.starts_with("{\"Time\":\"") && line.contains("\"Action\":\""));
}

}  // namespace

void LineReader::end_line(const Visit& visit) {
  if (line_.ends_with('\r')) line_.pop_back();
  if (!is_event(line_)) {
    visit(clean(line_));
  } else {
    const auto text = event_text(line_);
    for (std::string_view rest = text; !rest.empty();) {
      const auto end = std::min(rest.find('\n'), rest.size());
      visit(clean(rest.substr(0, end)));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }
  line_.clear();
}

void LineReader::feed(std::string_view piece, const Visit& visit) {
  while (!piece.empty()) {
    const auto end = piece.find('\n');
    const auto part = piece.substr(0, end);
    line_.append(part.substr(0, longest_line - std::min(longest_line, line_.size())));
    if (end == std::string_view::npos) return;
    end_line(visit);
    piece.remove_prefix(end + 1);
  }
}

void LineReader::finish(const Visit& visit) {
  if (!line_.empty()) end_line(visit);
}

}  // namespace plim::index::logs
