#include "index/log_scan.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace plim::index::logs {
namespace {

constexpr std::size_t longest_path = 512;

// By extension; what compilers, interpreters and build tools read.
constexpr auto source_extensions = std::to_array<std::string_view>(
    {"asm", "astro", "bash", "bzl",    "c",      "cc",  "cfg",  "clj",    "cmake", "conf", "cpp",
     "cs",  "css",   "cts",  "cu",     "cxx",    "d",   "dart", "erb",    "erl",   "ex",   "exs",
     "f90", "fs",    "go",   "gradle", "groovy", "h",   "hh",   "hpp",    "hrl",   "hs",   "html",
     "hxx", "inl",   "ipp",  "java",   "jl",     "js",  "json", "jsx",    "kt",    "kts",  "less",
     "lua", "m",     "md",   "mjs",    "mk",     "ml",  "mli",  "mm",     "mts",   "nim",  "nix",
     "php", "phtml", "pl",   "pm",     "proto",  "ps1", "py",   "pyi",    "pyx",   "r",    "rb",
     "rs",  "s",     "sass", "scala",  "scss",   "sh",  "sql",  "svelte", "swift", "t",    "tcc",
     "tcl", "tex",   "tf",   "toml",   "tpp",    "ts",  "tsx",  "txt",    "vala",  "vb",   "vue",
     "xml", "yaml",  "yml",  "zig",    "zsh"});
constexpr auto build_files = std::to_array<std::string_view>(
    {"BUILD", "Dockerfile", "GNUmakefile", "Gemfile", "Jenkinsfile", "Justfile", "Makefile",
     "Rakefile", "Vagrantfile", "WORKSPACE", "makefile"});

std::string_view file_name(std::string_view path) {
  const auto slash = path.find_last_of("/\\");
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

std::string_view extension(std::string_view path) {
  const auto name = file_name(path);
  const auto dot = name.rfind('.');
  return dot == std::string_view::npos ? std::string_view{} : name.substr(dot + 1);
}

bool ends_path(char c) {
  return c == ' ' || c == '\t' || c == '(' || c == '[' || c == '"' || c == '\'' || c == '`' ||
         c == '<' || c == '>' || c == ',' || c == ';' || c == '|' || c == '=' || c == '{';
}

// "L" or "L:C" (or with ',' or ", ") at the front of `rest`, into `at`.
bool eat_line_and_column(std::string_view& rest, Place& at) {
  const auto line = eat_number(rest);
  if (!line) return false;
  at.line = *line;
  std::string_view after = rest;
  if (eat(after, ", ") || eat(after, ",") || eat(after, ":")) {
    if (const auto column = eat_number(after)) {
      at.column = *column;
      rest = after;
    }
  }
  return true;
}

std::string_view without_scheme(std::string_view path) {
  eat(path, "file://");
  return path;
}

// The path that ends where `text` does.
std::string_view trailing_path(std::string_view text) {
  std::size_t begin = text.size();
  while (begin > 0 && text.size() - begin < longest_path && !ends_path(text[begin - 1])) --begin;
  return without_scheme(text.substr(begin));
}

// "… FILE", then `words`, then a number: the forms of Perl, PHP, Python, .NET.
std::optional<Place> place_in_words(std::string_view text) {
  for (const std::string_view words : {"\", line ", " on line ", ":line ", " line "}) {
    const auto at = text.rfind(words);
    if (at == std::string_view::npos) continue;
    auto rest = text.substr(at + words.size());
    const auto line = eat_number(rest);
    std::string_view file = trailing_path(text.substr(0, at));
    if (words.front() == '"') {  // a quoted path may hold spaces
      const auto quote = text.substr(0, at).rfind('"');
      if (quote == std::string_view::npos) continue;
      file = text.substr(quote + 1, at - quote - 1);
    }
    if (line && (looks_like_path(file) || words.front() == '"')) return Place{file, *line, 0};
  }
  return std::nullopt;
}

}  // namespace

std::string_view trim_left(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t");
  return begin == std::string_view::npos ? std::string_view{} : text.substr(begin);
}

std::string_view trim(std::string_view text) {
  text = trim_left(text);
  return text.substr(0, text.find_last_not_of(" \t") + 1);
}

bool eat(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

std::optional<int> eat_number(std::string_view& text) {
  int value = 0;
  std::size_t i = 0;
  while (i < text.size() && i < 9 && is_digit(text[i])) value = value * 10 + (text[i++] - '0');
  if (i == 0 || (i < text.size() && is_digit(text[i]))) return std::nullopt;
  text.remove_prefix(i);
  return value;
}

std::optional<std::string_view> eat_until(std::string_view& text, std::string_view mark) {
  const auto at = text.find(mark);
  if (at == std::string_view::npos) return std::nullopt;
  const auto before = text.substr(0, at);
  text.remove_prefix(at + mark.size());
  return before;
}

std::string_view first_quoted(std::string_view text) {
  struct Pair {
    std::string_view open, close;
  };
  std::string_view best;
  std::size_t first = std::string_view::npos;
  for (const auto& [open, close] : {Pair{"\xE2\x80\x98", "\xE2\x80\x99"}, Pair{"`", "'"},
                                    Pair{"`", "`"}, Pair{"'", "'"}, Pair{"\"", "\""}}) {
    const auto begin = text.find(open);
    if (begin == std::string_view::npos || begin >= first) continue;
    const auto end = text.find(close, begin + open.size());
    if (end == std::string_view::npos) continue;
    first = begin;
    best = text.substr(begin + open.size(), end - begin - open.size());
  }
  return best;
}

bool looks_like_path(std::string_view text) {
  if (text.empty() || text.size() > longest_path || text.contains("://") || text.front() == ' ') {
    return false;
  }
  if (std::ranges::contains(build_files, file_name(text))) return true;
  const auto ending = extension(text);
  return !ending.empty() && ending.size() <= 10 && std::ranges::all_of(ending, is_word) &&
         std::ranges::any_of(ending, is_alpha);
}

bool looks_like_source(std::string_view path) {
  std::string lower(extension(path));
  std::ranges::transform(lower, lower.begin(), to_lower);
  return std::ranges::contains(source_extensions, lower) ||
         std::ranges::contains(build_files, file_name(path));
}

std::optional<PlaceAndRest> leading_place(std::string_view text) {
  eat(text, "file://");
  const std::size_t drive = text.size() > 2 && is_alpha(text[0]) && text[1] == ':' ? 2 : 0;
  for (auto at = text.find_first_of(":(", drive); at != std::string_view::npos && at < longest_path;
       at = text.find_first_of(":(", at + 1)) {
    PlaceAndRest found{{text.substr(0, at)}, text.substr(at + 1)};
    const bool paren = text[at] == '(' || eat(found.rest, " (");
    const bool bracket = !paren && eat(found.rest, "[");
    if (found.rest.empty() || !is_digit(found.rest.front()) || !looks_like_path(found.at.file)) {
      continue;
    }
    if (!eat_line_and_column(found.rest, found.at)) continue;
    if (paren && !eat(found.rest, ")")) continue;
    if (bracket && !eat(found.rest, "]")) continue;
    if (!found.rest.empty() && is_word(found.rest.front())) continue;
    eat(found.rest, ":");
    return found;
  }
  return std::nullopt;
}

std::optional<Place> last_place(std::string_view text) {
  if (const auto found = place_in_words(text)) return found;
  for (auto at = text.find_last_of(":("); at != std::string_view::npos && at > 0;
       at = text.find_last_of(":(", at - 1)) {
    if (at + 1 >= text.size() || !is_digit(text[at + 1])) continue;
    Place place{trailing_path(text.substr(0, at))};
    auto rest = text.substr(at + 1);
    if (looks_like_path(place.file) && eat_line_and_column(rest, place)) return place;
  }
  return std::nullopt;
}

bool names_trouble(std::string_view text) {
  constexpr auto words = std::to_array<std::string_view>(
      {"abort",   "cannot",    "can't",        "conflict", "could not",  "crash",
       "denied",  "error",     "exception",    "expected", "fail",       "fatal",
       "invalid", "killed",    "mismatch",     "missing",  "no such",    "not found",
       "panic",   "refused",   "segmentation", "segfault", "timed out",  "traceback",
       "unable",  "undefined", "unexpected",   "unknown",  "unresolved", "violat"});
  constexpr std::string_view firsts = "acdefikmnprstuv";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char first = to_lower(text[i]);
    if (!firsts.contains(first) || (i > 0 && is_alpha(text[i - 1]) && is_alpha(text[i]) &&
                                    text[i] >= 'a' && first != 'e' && first != 'f')) {
      continue;
    }
    for (const auto word : words) {
      if (word.front() == first && word.size() <= text.size() - i &&
          std::ranges::equal(word, text.substr(i, word.size()),
                             [](char a, char b) { return a == to_lower(b); })) {
        return true;
      }
    }
  }
  return false;
}

}  // namespace plim::index::logs
