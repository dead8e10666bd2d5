#include "index/issue_text.hpp"

#include <algorithm>
#include <array>

#include "index/lex.hpp"

namespace plim::index {
namespace {

std::string folded(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), lex_detail::lower);
  return out;
}

constexpr auto verbs = std::to_array<std::string_view>(
    {"add",    "clarify", "correct", "create",  "deflake", "delete", "document",
     "enable", "extend",  "fix",     "improve", "missing", "move",   "refactor",
     "remove", "rename",  "rewrite", "split",   "update",  "write"});
constexpr auto test_words = std::to_array<std::string_view>({"test", "testcase", "tests"});
constexpr auto docs_words = std::to_array<std::string_view>(
    {"changelog", "comment", "comments", "doc", "docs", "docstring", "docstrings", "documentation",
     "example", "examples", "manual", "readme", "tutorial"});

}  // namespace

std::string without_comments(std::string_view text) {
  std::string out;
  while (true) {
    const auto start = text.find("<!--");
    out += text.substr(0, start);
    if (start == std::string_view::npos) return out;
    const auto end = text.find("-->", start);
    if (end == std::string_view::npos) return out;
    text.remove_prefix(end + 3);
  }
}

bool is_heading(std::string_view line) {
  constexpr std::size_t longest = 60;
  return line.size() < longest && (line.starts_with('#') || line.starts_with("**"));
}

bool begins_environment(std::string_view line) {
  if (!is_heading(line)) return false;
  const auto lower = folded(line);
  std::string_view words = lower;
  words.remove_prefix(std::min(words.find_first_of("abcdefghijklmnopqrstuvwxyz"), words.size()));
  if (words.starts_with("your ")) words.remove_prefix(5);
  static constexpr auto titles = std::to_array<std::string_view>(
      {"environment", "version", "platform", "system info", "desktop", "smartphone", "os"});
  return std::ranges::any_of(titles, [&](auto title) { return words.starts_with(title); });
}

std::string without_links(std::string_view line, std::vector<std::string>& paths) {
  std::string out;
  while (true) {
    const auto start = std::min(line.find("http://"), line.find("https://"));
    out += line.substr(0, start);
    if (start == std::string_view::npos) return out;
    const auto end = std::min(line.find_first_of(" \t)>]\"'`", start), line.size());
    const auto link = line.substr(start, end - start);
    line.remove_prefix(end);
    const auto blob = link.find("/blob/");
    if (blob == std::string_view::npos) continue;
    const auto after_branch = link.find('/', blob + 6);
    if (after_branch == std::string_view::npos) continue;
    const auto path = link.substr(after_branch + 1);
    paths.emplace_back(path.substr(0, path.find_first_of("#?")));
  }
}

Subject subject_of(std::string_view title) {
  constexpr std::size_t reach = 3;  // words between the verb and its object
  const auto lower = folded(title);
  Subject subject{.tests = lower.starts_with("test:") || lower.starts_with("tests:"),
                  .docs = lower.starts_with("doc:") || lower.starts_with("docs:") ||
                          lower.starts_with("document ") || lower.starts_with("typo")};
  std::size_t left = 0;
  for_each_name(lower, [&](std::string_view word, std::size_t) {
    if (std::ranges::binary_search(verbs, word)) {
      left = reach;
      return;
    }
    if (left == 0) return;
    --left;
    subject.tests = subject.tests || std::ranges::binary_search(test_words, word);
    subject.docs = subject.docs || std::ranges::binary_search(docs_words, word);
  });
  return subject;
}

}  // namespace plim::index
