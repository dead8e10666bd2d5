// Complaints of compilers, linkers, linters and build tools.
#include <algorithm>
#include <array>

#include "index/log_line.hpp"

namespace plim::index::logs {
namespace {

struct Level {
  std::string_view word;
  Severity severity;
};
constexpr auto levels = std::to_array<Level>(
    {{"fatal error", Severity::error},  {"internal compiler error", Severity::error},
     {"error", Severity::error},        {"Error", Severity::error},
     {"ERROR", Severity::error},        {"FATAL", Severity::error},
     {"fatal", Severity::error},        {"CRITICAL", Severity::error},
     {"SEVERE", Severity::error},       {"warning", Severity::warning},
     {"Warning", Severity::warning},    {"WARNING", Severity::warning},
     {"WARN", Severity::warning},       {"runtime error", Severity::error},
     {"syntax error", Severity::error}, {"note", Severity::note},
     {"remark", Severity::note},        {"info", Severity::note},
     {"help", Severity::note},          {"suggestion", Severity::note}});

// A level word, an optional code and ':' or space, at the front: "error: m", "error TS1: m",
// "error[E0308]: m", "error  m". `after_place`: white space may take the place of the colon.
std::optional<Line> leading_level(std::string_view text, bool after_place) {
  for (const auto& [word, severity] : levels) {
    auto rest = text;
    if (!eat(rest, word) || rest.empty() || is_word(rest.front())) continue;
    Line line{.kind = LineKind::diagnostic, .severity = severity};
    if (eat(rest, "[")) {
      const auto code = eat_until(rest, "]");
      if (!code) return std::nullopt;
      line.code = *code;
    } else if (rest.front() == ' ' && rest.size() > 3) {
      const auto code = rest.substr(1, rest.find_first_of(": ", 1) - 1);
      const bool coded = code.size() > 2 && is_alpha(code.front()) && is_digit(code.back()) &&
                         rest.size() > code.size() + 1 && rest[code.size() + 1] == ':';
      if (coded) {
        line.code = code;
        rest.remove_prefix(code.size() + 1);
      }
    }
    if (!eat(rest, ":") && !(after_place && eat(rest, " "))) return std::nullopt;
    line.message = trim(rest);
    return line;
  }
  return std::nullopt;
}

// "[-Wunused]", "[arg-type]" and the like at the end of a message.
std::string_view trailing_code(std::string_view message) {
  if (!message.ends_with(']')) return {};
  const auto open = message.rfind('[');
  if (open == std::string_view::npos || message.size() - open > 60) return {};
  const auto code = message.substr(open + 1, message.size() - open - 2);
  return code.contains(' ') ? std::string_view{} : code;
}

std::optional<Line> lead(std::string_view body) {
  if (body.starts_with("In file included from ") || body.starts_with("from ")) {
    const auto place = last_place(body);
    if (place) return Line{.kind = LineKind::lead, .at = *place};
  }
  constexpr auto endings = std::to_array<std::string_view>({":", "':", "\xE2\x80\x99:"});
  const bool ends = std::ranges::any_of(endings, [&](auto end) { return body.ends_with(end); });
  for (const std::string_view words :
       {": In function ", ": In member function ", ": In instantiation of ", ": In constructor ",
        ": At global scope", ": In destructor ", ": In static member function ", ": At top level",
        ": In lambda function", ": In substitution of ", ": in function `"}) {
    if (body.contains(words) && (ends || body.ends_with(']'))) return Line{.kind = LineKind::lead};
  }
  if (const auto place = leading_place(body)) {
    const auto rest = trim_left(place->rest);
    // Node prints the place of an uncaught error, its source, and only then the error.
    if (rest.empty() && looks_like_source(place->at.file)) {
      return Line{.kind = LineKind::lead, .at = place->at};
    }
    for (const std::string_view words :
         {"required from", "required by", "recursively required", "in \u2018constexpr",
          "recursively instantiated", "in instantiation of"}) {
      if (rest.starts_with(words)) return Line{.kind = LineKind::lead, .at = place->at};
    }
  }
  return std::nullopt;
}

// Failures that test libraries write like compilers: GoogleTest, Catch2, Boost, Minitest.
std::optional<Line> test_complaint(const PlaceAndRest& place) {
  const auto rest = trim(place.rest);
  if (rest == "Failure" || rest == "FAILED:" || rest == "Fatal failure" ||
      rest.starts_with("FAILED") || rest.starts_with("Failure")) {
    return Line{.kind = LineKind::exception, .at = place.at, .code = "assert", .message = rest};
  }
  if (rest.starts_with("ERROR: ") && rest.contains("NOT correct")) {
    return Line{.kind = LineKind::exception, .at = place.at, .code = "assert", .message = rest};
  }
  if (rest == "PASSED:" || rest.starts_with("SUCCESS:")) return Line{.kind = LineKind::noise};
  return std::nullopt;
}

std::optional<Line> placed(const RawLine& raw) {
  const auto place = leading_place(raw.body);
  if (!place) return std::nullopt;
  if (auto found = test_complaint(*place)) return found;
  auto rest = trim_left(place->rest);
  eat(rest, "- ");  // tsc --pretty
  eat(rest, ": ");
  if (rest.empty()) return std::nullopt;
  if (auto found = leading_level(rest, true)) {
    found->at = place->at;
    if (found->code.empty()) found->code = trailing_code(found->message);
    found->name = first_quoted(found->message);
    return found;
  }
  if (rest.starts_with("multiple definition") || rest.starts_with("undefined reference")) {
    return Line{
        .kind = LineKind::diagnostic, .at = place->at, .message = rest, .name = first_quoted(rest)};
  }
  const bool linter = place->at.column > 0 && raw.indent == 0;
  if (!linter && !looks_like_source(place->at.file)) return std::nullopt;
  if (raw.indent > 8 || rest.starts_with("in ") || (!linter && place->rest.front() != ' ')) {
    return std::nullopt;
  }
  Line line{.kind = LineKind::diagnostic, .at = place->at, .message = rest};
  line.name = first_quoted(rest);
  return line;
}

// CMake Error at CMakeLists.txt:3 (find_package):
std::optional<Line> cmake(std::string_view body) {
  if (!eat(body, "CMake ")) return std::nullopt;
  Line line{.kind = LineKind::diagnostic};
  if (eat(body, "Error")) {
  } else if (eat(body, "Warning") || eat(body, "Deprecation Warning")) {
    line.severity = Severity::warning;
  } else {
    return std::nullopt;
  }
  eat(body, " (dev)");
  line.message = body;
  if (eat(body, " at ") || eat(body, " in ")) {
    if (const auto place = leading_place(body)) {
      line.at = place->at;
      line.message = trim(place->rest);
    }
  }
  return line;
}

// Linkers name objects, not places: "ld: a.o: undefined reference to `f'".
std::optional<Line> linker(std::string_view body) {
  for (const std::string_view words :
       {"undefined reference to ", "multiple definition of ",
        "undefined symbol: ", "duplicate symbol: ", "cannot find -l", "relocation truncated to fit",
        "Undefined symbols for architecture"}) {
    const auto at = body.find(words);
    if (at == std::string_view::npos) continue;
    Line line{.kind = LineKind::diagnostic, .message = body.substr(at)};
    line.name = first_quoted(line.message);
    if (line.name.empty()) line.name = trim(body.substr(at + words.size()));
    // "…/ld: CMakeFiles/app.dir/a.cpp.o: in function" and "a.cpp:(.text+0x5): undefined…"
    auto before = body.substr(0, at);
    if (const auto section = before.find(":(."); section != std::string_view::npos) {
      before = before.substr(0, section);
      const auto space = before.rfind(' ');
      line.at.file = space == std::string_view::npos ? before : before.substr(space + 1);
    }
    return line;
  }
  return std::nullopt;
}

std::optional<Line> make_or_ninja(std::string_view body) {
  if (body.starts_with("ninja: error: ")) {
    return Line{
        .kind = LineKind::diagnostic, .message = body.substr(14), .name = first_quoted(body)};
  }
  const auto stars = body.find("*** ");
  if (stars == std::string_view::npos) return std::nullopt;
  const auto message = body.substr(stars + 4);
  if (message.starts_with('[')) return Line{.kind = LineKind::summary, .message = message};
  Line line{.kind = LineKind::diagnostic, .message = message, .name = first_quoted(message)};
  if (const auto place = leading_place(body)) line.at = place->at;
  if (!body.starts_with("make") && !body.starts_with("gmake") && line.at.line == 0) {
    return std::nullopt;
  }
  return line;
}

// [ERROR] /p/Cart.java:[3,5] cannot find symbol · e: file:///p/Cart.kt:4:14 message
std::optional<Line> jvm_build(std::string_view body) {
  if (body == "[ERROR]") return Line{.kind = LineKind::noise};
  const bool maven = eat(body, "[ERROR] ") || eat(body, "[WARNING] ");
  if (!maven && !eat(body, "e: ") && !eat(body, "w: ")) return std::nullopt;
  Line line{.kind = LineKind::diagnostic, .message = trim(body)};
  if (const auto place = leading_place(trim_left(body))) {
    line.at = place->at;
    line.message = trim(place->rest);
  }
  if (line.message.empty() || line.message.starts_with("[Help") ||
      line.message.starts_with("Re-run Maven") || line.message.starts_with("To see the full") ||
      line.message.starts_with("For more information about the errors")) {
    return Line{.kind = LineKind::noise};
  }
  line.name = first_quoted(line.message);
  return line;
}

// ./a.sh: line 3: x: command not found · a.sh: 3: x: not found · msg at a.pl line 3.
std::optional<Line> script(std::string_view body) {
  for (const std::string_view words :
       {": command not found", ": not found", ": No such file or directory", ": Permission denied",
        ": unbound variable", ": Is a directory", ": syntax error"}) {
    if (!body.contains(words)) continue;
    Line line{.kind = LineKind::diagnostic, .message = body};
    auto text = body;
    const auto file = eat_until(text, ": ");
    eat(text, "line ");
    if (const auto number = eat_number(text); file && number) line.at = {*file, *number, 0};
    return line;
  }
  const auto at = body.find(" at ");
  if (at == std::string_view::npos || !body.contains(" line ") ||
      !(body.ends_with('.') || body.ends_with(',') || body.contains(" line "))) {
    return std::nullopt;
  }
  const auto place = last_place(body);
  if (!place || !looks_like_source(place->file)) return std::nullopt;
  return Line{
      .kind = LineKind::diagnostic, .at = *place, .message = body, .name = first_quoted(body)};
}

// A level word after a time, a logger or a program: "2024-01-01 ERROR x", "npm error code 1",
// "ld.lld: error: x", "collect2: error: ld returned 1".
std::optional<Line> loose_level(const RawLine& raw) {
  auto body = raw.body;
  if (eat(body, "npm error ") || eat(body, "npm ERR! ")) {
    return Line{.kind = LineKind::diagnostic, .code = "npm", .message = body};
  }
  eat(body, "[");
  if (body.starts_with("ERROR]") || body.starts_with("error]") || body.starts_with("FATAL]")) {
    return Line{.kind = LineKind::diagnostic, .message = trim(body.substr(6))};
  }
  if (auto found = leading_level(raw.body, false)) return found;
  constexpr std::size_t far = 60;
  const auto begin = raw.body.substr(0, far);
  for (const std::string_view mark : {": error: ", ": fatal error: ", ": fatal: ", ": warning: ",
                                      " ERROR ", " FATAL ", " WARN ", " [ERROR] ", " [error] "}) {
    const auto at = begin.find(mark);
    if (at == std::string_view::npos) continue;
    // A logger's level stands after a time; in prose it does not.
    if (mark.front() == ' ' && !is_digit(begin.front())) continue;
    const bool warning = mark.contains("arn") || mark.contains("WARN");
    Line line{.kind = LineKind::diagnostic,
              .severity = warning ? Severity::warning : Severity::error};
    line.message = raw.body.substr(at + mark.size());
    line.name = first_quoted(line.message);
    return line;
  }
  return std::nullopt;
}

// ESLint and its like: "  3:22  error  'rate' is not defined  no-undef" below the file's path.
std::optional<Line> below_title(const RawLine& raw) {
  if (raw.indent == 0) return std::nullopt;
  auto body = raw.body;
  const auto line = eat_number(body);
  if (!line || !eat(body, ":")) return std::nullopt;
  const auto column = eat_number(body);
  if (!column || body.empty() || body.front() != ' ') return std::nullopt;
  auto found = leading_level(trim_left(body), true);
  if (found) found->at = {{}, *line, *column};
  return found;
}

}  // namespace

std::optional<Line> match_diagnostic(const RawLine& raw) {
  auto body = raw.body;
  if (eat(body, "--> ") || eat(body, "::: ")) {  // rustc
    if (const auto place = leading_place(body)) {
      return Line{.kind = LineKind::location, .at = place->at};
    }
  }
  if (auto found = lead(raw.body)) return found;
  if (auto found = cmake(raw.body)) return found;
  if (auto found = make_or_ninja(raw.body)) return found;
  if (auto found = linker(raw.body)) return found;
  if (auto found = jvm_build(raw.body)) return found;
  if (auto found = placed(raw)) return found;
  if (auto found = below_title(raw)) return found;
  if (auto found = loose_level(raw)) return found;
  if (auto found = script(raw.body)) return found;
  if (raw.indent == 0 && !raw.body.contains(' ') && raw.body.contains('/') &&
      looks_like_source(raw.body)) {
    return Line{.kind = LineKind::file_title, .at = {raw.body, 0, 0}};
  }
  return std::nullopt;
}

}  // namespace plim::index::logs
