#include "index/log_test_body.hpp"

#include <algorithm>
#include <array>
#include <map>

#include "index/lex.hpp"
#include "index/log_scan.hpp"

namespace plim::index::logs {
namespace {

constexpr int most_lines = 200;

// Where the line that `at` is in begins.
std::size_t line_start(std::string_view text, std::size_t at) {
  const auto newline = at == 0 ? std::string_view::npos : text.rfind('\n', at - 1);
  return newline == std::string_view::npos ? 0 : newline + 1;
}

std::size_t indent_of_line(std::string_view text, std::size_t start) {
  std::size_t at = start;
  while (at < text.size() && (text[at] == ' ' || text[at] == '\t')) ++at;
  return at - start;
}

// `method` as a whole word that is followed by "(", or stands in quotation marks as in
// it("adds prices"), or as the last argument of a macro as in TEST(Cart, AddsPrices).
std::size_t find_definition(std::string_view file, std::string_view method) {
  for (auto at = file.find(method); at != std::string_view::npos; at = file.find(method, at + 1)) {
    const auto end = at + method.size();
    if (at == 0 || end >= file.size() || is_word(file[at - 1]) || is_word(file[end])) continue;
    const char before = file[at - 1];
    const char after = file[end];
    const bool titled = (before == '"' || before == '\'' || before == '`') && after == before;
    const bool defined = before == ' ' && (after == '(' || after == ')' || after == ' ');
    const bool called =
        before == ' ' &&
        file.substr(line_start(file, at), at - line_start(file, at)).find_first_not_of(" \t") ==
            std::string_view::npos;
    if (titled || (defined && !called)) return at;
  }
  return std::string_view::npos;
}

std::size_t start_of_line_number(std::string_view file, int line) {
  std::size_t at = 0;
  for (int i = 1; i < line && at != std::string_view::npos; ++i) {
    at = file.find('\n', at);
    if (at != std::string_view::npos) ++at;
  }
  return at;
}

}  // namespace

std::string_view test_body(std::string_view file, std::string_view method, int line) {
  auto at = method.size() < 3 ? std::string_view::npos : find_definition(file, method);
  if (at == std::string_view::npos && line > 0) {
    at = start_of_line_number(file, std::max(1, line - 12));
    return at == std::string_view::npos
               ? std::string_view{}
               : file.substr(at, start_of_line_number(file, line + 3) - at);
  }
  if (at == std::string_view::npos) return {};
  const auto start = line_start(file, at);
  const auto indent = indent_of_line(file, start);
  // The body ends with the first later line that is not indented further, closing braces
  // included: true of every formatted language.
  auto end = file.find('\n', at);
  for (int i = 0; i < most_lines && end != std::string_view::npos; ++i) {
    const auto next = end + 1;
    const auto depth = indent_of_line(file, next);
    const bool empty =
        next + depth >= file.size() || file[next + depth] == '\n' || file[next + depth] == '\r';
    const bool opens =
        next + depth < file.size() && (file[next + depth] == '{' || file[next + depth] == ')');
    if (!empty && !opens && depth <= indent) break;
    end = file.find('\n', next);
  }
  return file.substr(start, end == std::string_view::npos ? end : end - start);
}

std::vector<std::pair<std::string, int>> names_used(std::string_view body) {
  constexpr auto common = std::to_array<std::string_view>(
      {"Arrays", "ArrayList", "Boolean",  "Double",  "Exception", "HashMap", "Integer", "List",
       "Long",   "Map",       "Math",     "Object",  "Override",  "Set",     "String",  "System",
       "Test",   "TestCase",  "assert",   "auto",    "await",     "bool",    "char",    "class",
       "const",  "def",       "double",   "else",    "expected",  "false",   "float",   "for",
       "func",   "function",  "import",   "int",     "length",    "long",    "name",    "new",
       "null",   "out",       "print",    "println", "private",   "public",  "result",  "return",
       "self",   "size",      "static",   "std",     "string",    "test",    "this",    "throw",
       "throws", "true",      "try",      "value",   "var",       "void",    "while",   "catch",
       "fail",   "equals",    "toString", "None",    "True",      "False",   "with",    "from"});
  std::map<std::string, int, std::less<>> counts;
  for_each_name(body, [&](std::string_view name, std::size_t) {
    const bool asserts = name.starts_with("assert") || name.starts_with("EXPECT_") ||
                         name.starts_with("ASSERT_") || name.starts_with("test");
    if (name.size() < 3 || asserts || is_digit(name.front()) ||
        std::ranges::contains(common, name)) {
      return;
    }
    ++counts[std::string(name)];
  });
  return {counts.begin(), counts.end()};
}

}  // namespace plim::index::logs
