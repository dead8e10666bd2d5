#include "index/outline.hpp"

#include <chrono>

#include "base/utf8.hpp"

namespace plim::index {
namespace {

constexpr std::size_t max_signature = 200;
constexpr auto parse_limit = std::chrono::milliseconds(500);

// Where the line of the definition itself begins: its start may include a comment above.
std::size_t start_of_line(std::string_view text, std::uint32_t line) {
  std::size_t at = 0;
  for (std::uint32_t number = 1; number < line; ++number) {
    const auto newline = text.find('\n', at);
    if (newline == std::string_view::npos) return text.size();
    at = newline + 1;
  }
  return at;
}

// Up to the body, on one line, single spaces.
std::string signature_of(std::string_view definition) {
  std::string out;
  int depth = 0;  // of parentheses: a default argument may hold a brace
  for (const char byte : definition) {
    if (byte == '(' || byte == '[') ++depth;
    if (byte == ')' || byte == ']') --depth;
    const bool is_space = byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
    if (depth <= 0 && (byte == '{' || byte == ';')) break;
    if (depth <= 0 && byte == '\n' && (out.ends_with(':') || out.ends_with(')'))) break;
    if (!is_space) out.push_back(byte);
    if (is_space && !out.empty() && out.back() != ' ') out.push_back(' ');
    if (out.size() >= max_signature) break;
  }
  while (out.ends_with(' ')) out.pop_back();
  return to_utf8(out);
}

}  // namespace

std::vector<OutlineItem> outline_of(Language language, std::string_view text) {
  Parser parser;
  std::vector<OutlineItem> items;
  std::vector<std::uint32_t> ends;  // of the definitions around the present one
  std::uint32_t line = 1;
  std::size_t at = 0;  // where `line` begins
  for (auto& symbol : find_symbols(parser, language, text, parse_limit).list) {
    if (symbol.first_line < line) {
      line = 1;
      at = 0;
    }
    at += start_of_line(text.substr(at), symbol.first_line - line + 1);
    line = symbol.first_line;
    while (!ends.empty() && ends.back() <= symbol.start) ends.pop_back();
    const auto end = std::max<std::size_t>(symbol.end, at);
    OutlineItem item{.signature = signature_of(text.substr(at, end - at)),
                     .depth = static_cast<unsigned>(ends.size())};
    if (symbol.kind != SymbolKind::name) ends.push_back(symbol.end);
    item.symbol = std::move(symbol);
    items.push_back(std::move(item));
  }
  return items;
}

}  // namespace plim::index
