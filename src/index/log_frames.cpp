// Stack frames of all languages, one line each.
#include <algorithm>

#include "index/log_line.hpp"

namespace plim::index::logs {
namespace {

Line frame(Place at, std::string_view function) {
  return {.kind = LineKind::frame, .at = at, .name = function};
}

// File "a.py", line 3, in f
std::optional<Line> python(std::string_view body) {
  while (eat(body, "| ") || eat(body, " ")) {
  }
  if (!eat(body, "File \"")) return std::nullopt;
  const auto file = eat_until(body, "\", line ");
  if (!file) return std::nullopt;
  const auto line = eat_number(body);
  if (!line) return std::nullopt;
  eat(body, ", in ");
  return frame({*file, *line, 0}, body);
}

// What stands in the parentheses of a Java frame, and the method before them.
std::optional<Line> java(std::string_view body) {
  const auto open = body.rfind('(');
  const auto close = body.find(')', open);
  if (open == std::string_view::npos || close == std::string_view::npos) return std::nullopt;
  auto method = body.substr(0, open);
  if (method.contains(' ') || !method.contains('.')) return std::nullopt;
  if (const auto module = method.rfind('/'); module != std::string_view::npos) {
    method.remove_prefix(module + 1);
  }
  const auto inside = body.substr(open + 1, close - open - 1);
  if (inside == "Native Method" || inside == "Unknown Source" || inside.ends_with(".java") ||
      inside.ends_with(".kt")) {
    return frame({}, method);
  }
  const auto place = leading_place(inside);
  if (!place || !place->rest.empty() || place->at.column > 0 ||
      place->at.file.find_first_of("/\\") != std::string_view::npos) {
    return std::nullopt;
  }
  return frame(place->at, method);
}

// at f (/p/a.js:3:5), at async /p/a.mjs:3:5, at X.Y() in /p/a.cs:line 12
std::optional<Line> at_frame(std::string_view body) {
  if (!eat(body, "at ")) return std::nullopt;
  if (auto found = java(body)) return found;
  eat(body, "async ");
  if (const auto in = body.rfind(") in "); in != std::string_view::npos) {
    if (const auto place = last_place(body)) return frame(*place, body.substr(0, in + 1));
  }
  std::string_view function;
  if (body.ends_with(')')) {
    const auto open = body.rfind(" (");
    if (open == std::string_view::npos) return std::nullopt;
    function = body.substr(0, open);
    body = body.substr(open + 2, body.size() - open - 3);
    if (body == "<anonymous>" || body == "native") return frame({}, function);
  }
  if (body.starts_with("node:")) return frame({}, function.empty() ? body : function);
  const auto place = leading_place(body);
  if (!place || place->rest.size() > 1) return std::nullopt;
  return frame(place->at, function);
}

// #3 0x0012 in f(int) /p/a.cpp:3:5 · #3  f (n=0x0) at a.cpp:3 · #3 /p/a.php(3): f()
std::optional<Line> numbered(std::string_view body) {
  if (!eat(body, "#")) return std::nullopt;
  if (!eat_number(body)) return std::nullopt;
  const bool spaced = eat(body, " ");
  body = trim_left(body);
  if (!spaced) return std::nullopt;
  if (const auto php = leading_place(body)) return frame(php->at, trim_left(php->rest));
  if (body.starts_with("0x")) {
    eat_until(body, " ");
    eat(body, "in ");
  }
  const auto place = last_place(body);
  auto function = body.substr(0, body.find(" at "));
  if (place && function.size() == body.size()) {
    const auto file = static_cast<std::size_t>(place->file.data() - body.data());
    function = trim(body.substr(0, std::min(file, body.size())));
  }
  return frame(place.value_or(Place{}), function);
}

// ==12==    at 0x1234: f(int) (a.cpp:3)
std::optional<Line> valgrind(std::string_view body) {
  if (!eat(body, "==")) return std::nullopt;
  if (!eat_number(body) || !eat(body, "==")) return std::nullopt;
  body = trim_left(body);
  if (!eat(body, "at 0x") && !eat(body, "by 0x")) return std::nullopt;
  if (!eat_until(body, ": ")) return std::nullopt;
  const auto open = body.rfind(" (");
  if (open == std::string_view::npos) return frame({}, body);
  const auto place = leading_place(body.substr(open + 2));
  return frame(place ? place->at : Place{}, body.substr(0, open));
}

// from a.rb:3:in `f' · # ./spec/a_spec.rb:3:in … · a.lua:3: in function 'f' · ❯ f a.test.js:3:5
std::optional<Line> by_prefix(const RawLine& raw) {
  auto body = raw.body;
  const bool ruby = eat(body, "from ") || eat(body, "# ");
  const bool arrow = !ruby && eat(body, "\xE2\x9D\xAF ");
  if (!ruby && !arrow && raw.indent == 0) return std::nullopt;
  auto place = leading_place(body);
  if (!place && arrow) {
    if (const auto last = last_place(body)) place = PlaceAndRest{*last, {}};
  }
  if (!place) return std::nullopt;
  auto rest = trim_left(place->rest);
  if (eat(rest, "in "))
    return frame(place->at, first_quoted(rest).empty() ? rest : first_quoted(rest));
  if (ruby || arrow) return frame(place->at, {});
  // Go: "\t/p/main.go:8 +0x1d"; the line above it is the function.
  if (rest.starts_with("+0x") || (rest.empty() && raw.text.front() == '\t')) {
    return frame(place->at, {});
  }
  return std::nullopt;
}

// cart.py:2: in rate · cart.py:2: KeyError · cart.py:2: (pytest) · a.py:3 (no text after it)
std::optional<Line> pytest(const RawLine& raw) {
  if (raw.indent != 0 || !raw.body.contains(".py:")) return std::nullopt;
  const auto place = leading_place(raw.body);
  if (!place || place->at.column != 0) return std::nullopt;
  auto rest = trim_left(place->rest);
  if (eat(rest, "in ")) return frame(place->at, rest);
  if (!std::ranges::all_of(rest, [](char c) { return is_word(c) || c == '.'; })) {
    return std::nullopt;
  }
  auto found = frame(place->at, {});
  found.code = rest;
  return found;
}

// "Test.<anonymous> (/p/a.test.js:43:10)": node's TAP reporter leaves "at" out.
std::optional<Line> bare(const RawLine& raw) {
  if (raw.indent == 0 || !raw.body.ends_with(')')) return std::nullopt;
  const auto open = raw.body.rfind(" (");
  if (open == std::string_view::npos) return std::nullopt;
  const auto inside = raw.body.substr(open + 2, raw.body.size() - open - 3);
  const auto function = raw.body.substr(0, open);
  if (inside.starts_with("node:")) return frame({}, function);
  const auto place = leading_place(inside);
  if (!place || place->at.column == 0 || !place->rest.empty()) return std::nullopt;
  return frame(place->at, function);
}

// main::f(1) called at a.pl line 3
std::optional<Line> perl(std::string_view body) {
  const auto at = body.find(" called at ");
  if (at == std::string_view::npos) return std::nullopt;
  const auto place = last_place(body);
  if (!place) return std::nullopt;
  return frame(*place, body.substr(0, at));
}

}  // namespace

std::optional<Line> match_frame(const RawLine& raw) {
  if (auto found = python(raw.body)) return found;
  if (auto found = at_frame(raw.body)) return found;
  if (auto found = numbered(raw.body)) return found;
  if (auto found = valgrind(raw.body)) return found;
  if (auto found = by_prefix(raw)) return found;
  if (auto found = pytest(raw)) return found;
  if (auto found = bare(raw)) return found;
  if (raw.body.starts_with("[C]: in ")) return frame({}, raw.body);
  return perl(raw.body);
}

}  // namespace plim::index::logs
