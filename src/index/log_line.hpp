#pragma once

#include <optional>
#include <string_view>

#include "index/log_parser.hpp"
#include "index/log_scan.hpp"

// Inside index only: what one line of a log is, seen on its own. The parser (log.cpp) makes records
// of lines in a row.
namespace plim::index::logs {

enum class LineKind {
  plain,
  blank,
  noise,        ///< Progress, passing tests, compile commands: never shown.
  diagnostic,   ///< A complaint with a severity, with or without a place.
  location,     ///< Where the diagnostic above it is: "--> src/main.rs:3:5".
  lead,         ///< Introduces the next diagnostic: "In file included from", "required from".
  exception,    ///< An exception, panic or crash, with its message.
  cause,        ///< What caused the exception above: "Caused by: …".
  trace,        ///< A stack trace begins whose exception comes last (Python), or may.
  frame,        ///< One call of a stack.
  test_begins,  ///< A test runs: what follows is its output.
  test_failed,  ///< A failing test's report begins, or a test is named as failing.
  message,      ///< Expected and actual, "E   …", "what(): …".
  source,       ///< An excerpt of source code, or the marks beneath it.
  file_title,   ///< A path on a line of its own: the places below are in it (ESLint).
  separator,    ///< "=====", "-----": ends what was before.
  summary,
};

struct Line {
  LineKind kind = LineKind::plain;
  Severity severity = Severity::error;
  Place at;
  std::string_view code;
  std::string_view message;
  std::string_view name;  ///< A frame's function, a test's name, a diagnostic's symbol.
};

/// What the patterns look at: the line, and the line without leading and trailing white space.
struct RawLine {
  std::string_view text;
  std::string_view body;
  std::size_t indent = 0;
};

[[nodiscard]] Line classify(std::string_view text);

// Its parts; each knows one kind of lines and says nothing of others.
[[nodiscard]] std::optional<Line> match_noise(const RawLine& raw);       // log_noise.cpp
[[nodiscard]] std::optional<Line> match_summary(const RawLine& raw);     // log_noise.cpp
[[nodiscard]] std::optional<Line> match_test(const RawLine& raw);        // log_tests.cpp
[[nodiscard]] std::optional<Line> match_frame(const RawLine& raw);       // log_frames.cpp
[[nodiscard]] std::optional<Line> match_exception(const RawLine& raw);   // log_exceptions.cpp
[[nodiscard]] std::optional<Line> match_diagnostic(const RawLine& raw);  // log_diagnostics.cpp

}  // namespace plim::index::logs
