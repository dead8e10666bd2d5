// Test runners: which test runs, which failed, and what it says. Passing tests are noise.
#include <algorithm>
#include <array>

#include "index/log_line.hpp"

namespace plim::index::logs {
namespace {

Line of(LineKind kind, std::string_view name = {}) { return {.kind = kind, .name = name}; }

// A time at the end: "(1 ms)", "(0.00s)", "1ms", "[3 ms]".
std::string_view without_time(std::string_view name) {
  name = trim(name);
  if (name.ends_with(')') || name.ends_with(']')) {
    const auto open = name.find_last_of("([");
    if (open != std::string_view::npos && open > 0 && open + 1 < name.size() &&
        is_digit(name[open + 1])) {
      return trim(name.substr(0, open));
    }
  }
  if (name.ends_with("ms")) {
    const auto space = name.rfind(' ');
    if (space != std::string_view::npos && is_digit(name[space + 1])) return name.substr(0, space);
  }
  return name;
}

// [ RUN      ] A.B
std::optional<Line> google(std::string_view body) {
  if (!body.starts_with('[') || body.size() < 12 || body[11] != ']') return std::nullopt;
  const auto word = trim(body.substr(1, 10));
  const auto name = without_time(body.substr(12));
  if (word == "RUN") return of(LineKind::test_begins, name);
  if (word == "FAILED") {
    const bool counts = !name.empty() && is_digit(name.front());
    return of(counts ? LineKind::summary : LineKind::test_failed,
              name.substr(0, name.find_first_of(", ")));
  }
  if (word == "PASSED") return of(LineKind::summary);
  if (word == "OK" || word == "SKIPPED" || word == "DISABLED" ||
      std::ranges::all_of(word, [](char c) { return c == '-' || c == '='; })) {
    return of(LineKind::noise);
  }
  return std::nullopt;
}

std::optional<Line> go(std::string_view body) {
  if (eat(body, "=== RUN")) return of(LineKind::test_begins, trim(body));
  if (body.starts_with("=== ") || body.starts_with("--- PASS") || body.starts_with("--- SKIP") ||
      body.starts_with("ok  \t") || body == "PASS") {
    return of(LineKind::noise);
  }
  if (eat(body, "--- FAIL: ")) return of(LineKind::test_failed, without_time(body));
  if (body == "FAIL" || body.starts_with("FAIL\t")) return of(LineKind::summary);
  // Defects4J and others of Ant's formatters: "--- org.shop.CartTest::adds"
  if (body.starts_with("--- ") && body.contains("::") && !body.substr(4).contains(' ')) {
    return of(LineKind::test_failed, body.substr(4));
  }
  return std::nullopt;
}

std::optional<Line> cargo(std::string_view body) {
  if (body.starts_with("---- ") &&
      (body.ends_with(" stdout ----") || body.ends_with(" stderr ----"))) {
    return of(LineKind::test_failed, body.substr(5, body.size() - 17));
  }
  if (!body.starts_with("test ")) return std::nullopt;
  if (body.ends_with("... ok") || body.ends_with("... ignored")) return of(LineKind::noise);
  if (body.ends_with("... FAILED")) return of(LineKind::summary);
  if (body.starts_with("test result: ")) return of(LineKind::summary);
  return std::nullopt;
}

// unittest and pytest
std::optional<Line> python(const RawLine& raw) {
  auto body = raw.body;
  if (raw.indent == 0 && (eat(body, "FAIL: ") || eat(body, "ERROR: ")) && body.contains('(') &&
      body.ends_with(')')) {
    return of(LineKind::test_failed, body);
  }
  if (body.ends_with(" ... ok") || body.contains(" ... skipped")) return of(LineKind::noise);
  if (body.ends_with(" ... FAIL") || body.ends_with(" ... ERROR")) return of(LineKind::summary);
  const bool dated = body.ends_with("%]");
  if (dated || body.contains("::")) {
    if (body.contains(" PASSED") || body.contains(" SKIPPED") || body.contains(" XFAIL")) {
      return of(LineKind::noise);
    }
    if (body.contains(" FAILED") || body.contains(" ERROR")) return of(LineKind::summary);
  }
  if (dated && body.contains(".py ")) return of(LineKind::noise);
  if (raw.indent == 0 && body.starts_with("____") && body.ends_with("____")) {
    const auto first = body.find_first_not_of('_');
    if (first == std::string_view::npos || body[first] != ' ') return std::nullopt;
    return of(LineKind::test_failed,
              trim(body.substr(first, body.find_last_not_of('_') - first + 1)));
  }
  if (raw.text == "E" || raw.text.starts_with("E   ")) return of(LineKind::message);
  if (raw.text.starts_with(">   ")) return of(LineKind::message);
  return std::nullopt;
}

// Jest, Vitest, Mocha, node:test; the marks are UTF-8.
std::optional<Line> javascript(std::string_view body) {
  for (const std::string_view passed : {"\xE2\x9C\x93", "\xE2\x9C\x94", "\xE2\x84\xB9 "}) {
    if (!body.starts_with(passed)) continue;
    // node:test counts with "ℹ tests 41", "ℹ fail 1".
    const bool fails = passed.ends_with(' ') && body.contains("fail ");
    return of(fails ? LineKind::summary : LineKind::noise);
  }
  if (eat(body, "\xE2\x97\x8F ")) return of(LineKind::test_failed, body);  // ●
  if (eat(body, "\xE2\x9C\x96 ")) {                                        // ✖
    return body == "failing tests:" ? of(LineKind::separator)
                                    : of(LineKind::test_failed, without_time(body));
  }
  if (body.starts_with("\xE2\x9C\x95") || body.starts_with("\xC3\x97 ")) {  // ✕ ×
    return of(LineKind::summary);
  }
  if (body.starts_with("\xE2\x86\x92 ")) return of(LineKind::summary);               // →
  if (body.starts_with("\xE2\x8E\xAF\xE2\x8E\xAF")) return of(LineKind::separator);  // ⎯⎯
  if (body.starts_with("\xE2\x96\xB6 ")) return of(LineKind::noise);                 // ▶
  if (eat(body, "FAIL ")) {
    body = trim(body);
    return of(LineKind::test_failed, body);
  }
  if (body.starts_with("PASS ")) return of(LineKind::noise);
  return std::nullopt;
}

std::optional<Line> tap(std::string_view body) {
  auto text = body;
  if (eat(text, "not ok ")) {
    eat_number(text);
    text = trim_left(text);
    eat(text, "- ");
    return text.contains("# TODO") ? of(LineKind::noise) : of(LineKind::test_failed, text);
  }
  if (eat(text, "ok ") && !text.empty() && is_digit(text.front())) return of(LineKind::noise);
  if (body.starts_with("# Subtest: ")) return of(LineKind::test_begins, body.substr(11));
  if (body.starts_with("duration_ms: ") || body.starts_with("TAP version")) {
    return of(LineKind::noise);
  }
  // Test::More: "#   Failed test 'adds'", "#   at t/cart.t line 3.", "#          got: '-1'"
  if (eat(text, "#   Failed test ")) return of(LineKind::test_failed, first_quoted(text));
  return std::nullopt;
}

//  41/42 Test #41: cart ....***Failed    0.00 sec
std::optional<Line> ctest(const RawLine& raw) {
  auto body = raw.body;
  if (raw.indent > 0 && eat(body, "Start ")) return of(LineKind::noise);
  const auto at = body.find(" Test ");
  const auto slash = body.find('/');
  if (at == std::string_view::npos || slash > at || body.empty() || !is_digit(body.front())) {
    return std::nullopt;
  }
  body.remove_prefix(at + 6);
  body = trim_left(body);
  if (!eat(body, "#")) return std::nullopt;
  eat_number(body);
  eat(body, ": ");
  if (body.contains(" Passed ")) return of(LineKind::noise);
  return of(LineKind::test_failed, body.substr(0, body.find_first_of(" .")));
}

// JUnit through Ant, Maven, Gradle; .NET
std::optional<Line> jvm(std::string_view body) {
  eat(body, "[ERROR] ");
  if (body.contains("<<< FAILURE!") || body.contains("<<< ERROR!")) {
    if (body.starts_with("Tests run:")) return of(LineKind::summary);
    return of(LineKind::test_failed, body.substr(0, body.find_first_of(' ')));
  }
  if (body.contains(" > ") && body.ends_with(" FAILED") && !body.starts_with("> ")) {
    return of(LineKind::test_failed, body.substr(0, body.size() - 7));
  }
  if (body.contains(" > ") && (body.ends_with(" PASSED") || body.ends_with(" SKIPPED"))) {
    return of(LineKind::noise);
  }
  if (body.starts_with("Failed ") && body.ends_with("]")) {
    return of(LineKind::test_failed, without_time(body.substr(7)));
  }
  if (body.starts_with("Passed ") && body.ends_with("]")) return of(LineKind::noise);
  return std::nullopt;
}

//   1) Failure: · 1) Cart adds two prices · CartTest#test_total [test_cart.rb:54]:
std::optional<Line> numbered(const RawLine& raw) {
  auto body = raw.body;
  if (raw.indent <= 2 && eat_number(body) && eat(body, ") ") && !body.empty()) {
    return of(LineKind::test_failed, body);
  }
  body = raw.body;
  if (raw.indent == 0 && body.ends_with("]:") && body.contains('#')) {
    const auto open = body.rfind(" [");
    if (open == std::string_view::npos) return std::nullopt;
    Line line = of(LineKind::test_failed, body.substr(0, open));
    if (const auto place = leading_place(body.substr(open + 2))) line.at = place->at;
    return line;
  }
  if (body.contains('#') && body.contains(" s = ") && raw.indent == 0) {  // minitest -v
    return of(body.ends_with('.') || body.ends_with('S') ? LineKind::noise : LineKind::summary);
  }
  if (eat(body, "TEST CASE: ")) return of(LineKind::test_failed, trim(body));  // doctest
  return std::nullopt;
}

std::optional<Line> message(const RawLine& raw) {
  constexpr auto starts = std::to_array<std::string_view>({"Expected",
                                                           "expected",
                                                           "Received",
                                                           "Actual",
                                                           "actual",
                                                           "got:",
                                                           "Got:",
                                                           "want",
                                                           "what(): ",
                                                           "Which is:",
                                                           "Failure/Error:",
                                                           "left:",
                                                           "right:",
                                                           "With diff:",
                                                           "with expansion:",
                                                           "values: ",
                                                           "assertion `left",
                                                           "assertion failed",
                                                           "Reason:",
                                                           "Message:",
                                                           "error:",
                                                           "- Expected",
                                                           "+ Received",
                                                           "# got:",
                                                           "# expected:",
                                                           "caused by:",
                                                           "Diff"});
  if (raw.body.starts_with("#  ")) return of(LineKind::message);
  for (const auto start : starts) {
    if (raw.body.starts_with(start)) return of(LineKind::message);
  }
  return std::nullopt;
}

}  // namespace

std::optional<Line> match_test(const RawLine& raw) {
  if (auto found = google(raw.body)) return found;
  if (auto found = go(raw.body)) return found;
  if (auto found = cargo(raw.body)) return found;
  if (auto found = python(raw)) return found;
  if (auto found = javascript(raw.body)) return found;
  if (auto found = tap(raw.body)) return found;
  if (auto found = ctest(raw)) return found;
  if (auto found = jvm(raw.body)) return found;
  if (auto found = numbered(raw)) return found;
  return message(raw);
}

}  // namespace plim::index::logs
