#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

// Error logs: what failed, where, and which lines say so. Independent of the rest of index.
namespace plim::index {

enum class Severity : std::uint8_t { error, warning, note };

/// A call that was active when something failed, as the log writes it.
struct LogFrame {
  std::string file;  ///< As printed; a Java frame's is its package's folder and its file.
  int line = 0;      ///< 1-based; 0: not given. The same of `column`.
  int column = 0;
  std::string function;

  friend bool operator==(const LogFrame&, const LogFrame&) = default;
};

/// What a line of the log is for, most telling first.
enum class LineUse : std::uint8_t {
  head,     ///< Says what failed.
  message,  ///< Expected and actual values, the exception's text, the line that failed.
  frame,
  source,  ///< An excerpt of the source, and the marks below it.
  note,
  context,  ///< What stands around it: captured output, "in function", "included from".
  summary,  ///< Counts and final verdicts.
  loose,    ///< Belongs to nothing, but names trouble, or begins or ends the log.
};

struct LogLine {
  std::size_t number = 0;   ///< 1-based, in the whole log.
  std::size_t ordinal = 0;  ///< The same without blank lines.
  LineUse use = LineUse::loose;
  std::string text;  ///< Without escapes; at most 400 bytes, cut in its middle.

  friend bool operator==(const LogLine&, const LogLine&) = default;
};

/// One thing that went wrong.
struct LogRecord {
  Severity severity = Severity::error;
  std::string code;     ///< "E0308", "TS2322", "KeyError", "-Wunused"; empty: none given.
  std::string message;  ///< Without place and code.
  std::string file;     ///< As printed. Empty: the record names none.
  int line = 0;
  int column = 0;
  std::string symbol;             ///< A name the message is about: undefined, missing, redefined.
  std::string test;               ///< The failing test as its runner names it.
  std::vector<LogFrame> frames;   ///< Innermost first.
  std::vector<LogLine> lines;     ///< By number.
  std::size_t times = 1;          ///< Records that said the same were folded into this one…
  std::vector<std::string> also;  ///< …and where the first two of them are: "a.cpp:3".
};

struct LogReport {
  std::vector<LogRecord> records;  ///< In order of the log, equal ones folded.
  std::vector<LogLine> others;     ///< Summary and loose lines, by number.
  std::size_t lines = 0;           ///< Of the whole log.
  std::size_t ordinals = 0;        ///< Of these, not blank.
  std::size_t bytes = 0;
  std::size_t dropped = 0;  ///< Records beyond the 2,000 that are kept.
};

/// Reads a log of any length in pieces of any size. Time is linear, memory bounded (about 8 MB),
/// whatever is fed: no line is looked at beyond its first 4 KiB, and lines that are JSON events of
/// `cargo --message-format=json` or `go test -json` are read as the text they carry.
///
/// Knows compilers (GCC, Clang, MSVC, rustc, go, tsc, javac, kotlinc, scalac, .NET), linkers, make,
/// ninja, CMake, Maven, Gradle, npm; GoogleTest, Catch2, doctest, CTest, pytest, unittest, Jest,
/// Vitest, Mocha, node:test, cargo test, go test, JUnit, Minitest, RSpec, PHPUnit, TAP; the stack
/// traces of C++, Rust, Go, the JVM, Python, JavaScript, PHP, Ruby, Perl, Lua, .NET; sanitizers,
/// Valgrind, gdb; and any "PATH:LINE:COLUMN: text".
class LogParser {
 public:
  LogParser();
  LogParser(LogParser&&) noexcept;
  LogParser& operator=(LogParser&&) noexcept;
  ~LogParser();

  void feed(std::string_view piece);
  /// Ends the log. The parser must not be used afterwards.
  [[nodiscard]] LogReport finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

[[nodiscard]] LogReport read_log(std::string_view text);

}  // namespace plim::index
