// Definitions without a grammar: by keyword, and by indentation for where they end.
#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "index/lex.hpp"
#include "index/symbols.hpp"

namespace plim::index {
namespace {

using Keyword = std::pair<std::string_view, SymbolKind>;

constexpr auto keywords = std::to_array<Keyword>({
    {"class", SymbolKind::type},          {"def", SymbolKind::function},
    {"defn", SymbolKind::function},       {"defp", SymbolKind::function},
    {"defun", SymbolKind::function},      {"defmacro", SymbolKind::function},
    {"defmodule", SymbolKind::space},     {"enum", SymbolKind::type},
    {"extension", SymbolKind::type},      {"fn", SymbolKind::function},
    {"fun", SymbolKind::function},        {"func", SymbolKind::function},
    {"function", SymbolKind::function},   {"impl", SymbolKind::type},
    {"interface", SymbolKind::type},      {"let", SymbolKind::name},
    {"macro", SymbolKind::function},      {"message", SymbolKind::type},
    {"module", SymbolKind::space},        {"namespace", SymbolKind::space},
    {"object", SymbolKind::type},         {"package", SymbolKind::space},
    {"proc", SymbolKind::function},       {"procedure", SymbolKind::function},
    {"protocol", SymbolKind::type},       {"record", SymbolKind::type},
    {"rpc", SymbolKind::function},        {"service", SymbolKind::type},
    {"struct", SymbolKind::type},         {"sub", SymbolKind::function},
    {"subroutine", SymbolKind::function}, {"trait", SymbolKind::type},
    {"type", SymbolKind::type},           {"val", SymbolKind::name},
});

// Words that control flow begins with: `if (x) {` defines nothing.
constexpr auto control = std::to_array<std::string_view>(
    {"case", "catch",  "do",    "elif", "else",   "elseif", "for",    "foreach",
     "if",   "loop",   "match", "new",  "return", "sizeof", "switch", "throw",
     "try",  "unless", "until", "when", "while",  "with"});

constexpr std::size_t max_line = 400;  // longer ones are data
constexpr std::size_t max_words = 6;   // modifiers before a keyword: public static final …
constexpr std::size_t max_symbols = 50'000;

struct Found {
  std::string_view name;
  SymbolKind kind;
};

std::vector<std::string_view> words_of(std::string_view line, std::size_t limit) {
  std::vector<std::string_view> words;
  for_each_name(line, [&](std::string_view word, std::size_t) {
    if (words.size() < limit) words.push_back(word);
  });
  return words;
}

bool is_control(std::string_view word) { return std::ranges::binary_search(control, word); }

std::optional<Found> by_keyword(const std::vector<std::string_view>& words) {
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    if (is_control(words[i])) return std::nullopt;
    const auto* const found = std::ranges::find(keywords, words[i], &Keyword::first);
    if (found == keywords.end()) continue;
    // `enum class A`, `type func` of Ada: the name is what no keyword is.
    const bool next_is_keyword = std::ranges::contains(keywords, words[i + 1], &Keyword::first);
    if (next_is_keyword && i + 2 < words.size()) continue;
    return Found{words[i + 1], found->second};
  }
  return std::nullopt;
}

// `static int parse(const char *s) {` and CMake's `function(name …)`.
std::optional<Found> by_shape(std::string_view line) {
  const auto open = line.find('(');
  if (open == std::string_view::npos || open == 0) return std::nullopt;
  const auto end = line.find_last_not_of(" \t\r");
  if (line[end] != '{') return std::nullopt;
  auto head = line.substr(0, open);
  if (head.find_first_of("=.\"'") != std::string_view::npos) return std::nullopt;
  const auto words = words_of(head, max_words);
  if (words.empty() || std::ranges::any_of(words, is_control)) return std::nullopt;
  return Found{words.back(), SymbolKind::function};
}

std::optional<Found> by_call(std::string_view line) {
  static constexpr auto makers =
      std::to_array<std::string_view>({"function(", "macro(", "add_library(", "add_executable("});
  for (const auto maker : makers) {
    if (!line.starts_with(maker)) continue;
    const auto words = words_of(line.substr(maker.size()), 1);
    if (!words.empty()) return Found{words.front(), SymbolKind::function};
  }
  return std::nullopt;
}

std::optional<Found> definition_in(std::string_view line) {
  const auto start = line.find_first_not_of(" \t");
  if (start == std::string_view::npos || line.size() > max_line) return std::nullopt;
  const auto text = line.substr(start);
  static constexpr std::string_view comments = "/*#-;%\"'";
  if (comments.contains(text.front())) return std::nullopt;
  if (const auto call = by_call(text)) return call;
  if (const auto keyword = by_keyword(words_of(text, max_words))) return keyword;
  return by_shape(text);
}

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  std::vector<Symbol> run() {
    std::size_t at = 0;
    for (std::uint32_t number = 1; at < text_.size() && found_.size() < max_symbols; ++number) {
      const auto newline = std::min(text_.find('\n', at), text_.size());
      visit(text_.substr(at, newline - at), at, number);
      at = newline + 1;
    }
    while (!open_.empty()) close_last();
    return std::move(found_);
  }

 private:
  struct Open {
    std::size_t symbol;
    std::size_t indent;
  };

  void visit(std::string_view line, std::size_t start, std::uint32_t number) {
    const auto indent = line.find_first_not_of(" \t\r");
    if (indent == std::string_view::npos) return;
    static constexpr std::string_view closers = "})]";
    const bool closes = closers.contains(line[indent]) || line.substr(indent).starts_with("end") ||
                        line[indent] == '{';
    if (!closes) close_to(indent);
    last_line_ = number;
    last_end_ = start + line.size();
    if (closes && line[indent] != '{') return close_to(indent);
    if (const auto definition = definition_in(line)) {
      open_.push_back({found_.size(), indent});
      found_.push_back({.name = std::string(definition->name),
                        .kind = definition->kind,
                        .first_line = number,
                        .last_line = number,
                        .start = static_cast<std::uint32_t>(start + indent),
                        .end = static_cast<std::uint32_t>(last_end_)});
    }
  }

  void close_to(std::size_t indent) {
    while (!open_.empty() && open_.back().indent >= indent) close_last();
  }

  void close_last() {
    auto& symbol = found_[open_.back().symbol];
    symbol.last_line = last_line_;
    symbol.end = static_cast<std::uint32_t>(last_end_);
    open_.pop_back();
  }

  std::string_view text_;
  std::vector<Symbol> found_;
  std::vector<Open> open_;
  std::uint32_t last_line_ = 1;
  std::size_t last_end_ = 0;
};

}  // namespace

std::vector<Symbol> scan_symbols(std::string_view text) { return Scanner(text).run(); }

}  // namespace plim::index
