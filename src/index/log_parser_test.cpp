#include "index/log_parser.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plim::index {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct Expected {
  Severity severity;
  std::string code, message, file;
  int line, column;
};

void expect_one(std::string_view log, const Expected& expected) {
  const auto report = read_log(log);
  ASSERT_EQ(report.records.size(), 1U) << log;
  const auto& record = report.records.front();
  EXPECT_EQ(record.severity, expected.severity) << log;
  EXPECT_EQ(record.code, expected.code) << log;
  EXPECT_EQ(record.message, expected.message) << log;
  EXPECT_EQ(record.file, expected.file) << log;
  EXPECT_EQ(record.line, expected.line) << log;
  EXPECT_EQ(record.column, expected.column) << log;
}

TEST(LogParser, ReadsDiagnosticsOfManyTools) {
  constexpr auto error = Severity::error;
  expect_one("src/a.cpp:3:5: error: 'x' was not declared in this scope",
             {error, "", "'x' was not declared in this scope", "src/a.cpp", 3, 5});
  expect_one("a.c:7:1: warning: unused variable 'y' [-Wunused-variable]",
             {Severity::warning, "-Wunused-variable", "unused variable 'y' [-Wunused-variable]",
              "a.c", 7, 1});
  expect_one("src/cart.ts(3,14): error TS2339: Property 'q' does not exist",
             {error, "TS2339", "Property 'q' does not exist", "src/cart.ts", 3, 14});
  expect_one("error[E0308]: mismatched types\n  --> src/main.rs:14:21\n   |\n",
             {error, "E0308", "mismatched types", "src/main.rs", 14, 21});
  expect_one("./main.go:6:14: undefined: totals",
             {error, "", "undefined: totals", "./main.go", 6, 14});
  expect_one("src/Cart.java:5: error: ';' expected",
             {error, "", "';' expected", "src/Cart.java", 5, 0});
  expect_one("[ERROR] /p/Cart.java:[3,5] cannot find symbol",
             {error, "", "cannot find symbol", "/p/Cart.java", 3, 5});
  expect_one("e: file:///p/Cart.kt:4:14 Unresolved reference: rate",
             {error, "", "Unresolved reference: rate", "/p/Cart.kt", 4, 14});
  expect_one("C:\\p\\Cart.cs(12,7): error CS1002: ; expected [C:\\p\\p.csproj]",
             {error, "CS1002", "; expected [C:\\p\\p.csproj]", "C:\\p\\Cart.cs", 12, 7});
  expect_one("CMake Error at lib/CMakeLists.txt:2 (add_libary):\n  Unknown CMake command.\n",
             {error, "", "(add_libary):", "lib/CMakeLists.txt", 2, 0});
  expect_one("Makefile:2: *** missing separator.  Stop.",
             {error, "", "missing separator.  Stop.", "Makefile", 2, 0});
  expect_one("a.py:3: error: Incompatible types  [assignment]",
             {error, "assignment", "Incompatible types  [assignment]", "a.py", 3, 0});
  expect_one("src/cart.js\n  3:22  error  'rate' is not defined  no-undef\n",
             {error, "", "'rate' is not defined  no-undef", "src/cart.js", 3, 22});
  expect_one("x.sh: line 3: jqq: command not found",
             {error, "", "x.sh: line 3: jqq: command not found", "x.sh", 3, 0});
}

TEST(LogParser, NamesTheSymbolOfALinkerError) {
  const auto report = read_log(
      "/usr/bin/ld: a.o: in function `main':\n"
      "a.cpp:(.text+0x5): undefined reference to `f99(int)'\n"
      "collect2: error: ld returned 1 exit status\n");
  ASSERT_EQ(report.records.size(), 1U);
  EXPECT_EQ(report.records[0].symbol, "f99(int)");
  EXPECT_EQ(report.records[0].file, "a.cpp");
}

TEST(LogParser, ReadsAPythonTraceWithTheInnermostFrameFirst) {
  const auto report = read_log(
      "Traceback (most recent call last):\n"
      "  File \"/p/main.py\", line 12, in <module>\n    main()\n"
      "  File \"/p/cart.py\", line 2, in price\n    return item[\"price\"]\n"
      "KeyError: 'price'\n");
  ASSERT_EQ(report.records.size(), 1U);
  const auto& record = report.records[0];
  EXPECT_EQ(record.code, "KeyError");
  EXPECT_EQ(record.message, "'price'");
  EXPECT_THAT(record.frames, ElementsAre(LogFrame{"/p/cart.py", 2, 0, "price"},
                                         LogFrame{"/p/main.py", 12, 0, "<module>"}));
}

TEST(LogParser, PutsTheFramesOfAJavaExceptionsCauseFirst) {
  const auto report = read_log(
      "Exception in thread \"main\" java.lang.RuntimeException: start-up failed\n"
      "\tat shop.Main.main(Main.java:4)\n"
      "Caused by: java.lang.NullPointerException\n"
      "\tat shop.Cart.price(Cart.java:6)\n\t... 33 more\n");
  ASSERT_EQ(report.records.size(), 1U);
  EXPECT_EQ(report.records[0].code, "java.lang.RuntimeException");
  EXPECT_THAT(report.records[0].frames,
              ElementsAre(LogFrame{"shop/Cart.java", 6, 0, "shop.Cart.price"},
                          LogFrame{"shop/Main.java", 4, 0, "shop.Main.main"}));
}

TEST(LogParser, GivesAFailureItsTest) {
  const auto report = read_log(
      "[ RUN      ] Cart.Adds\n/p/cart_test.cpp:65: Failure\n  total(2, 3)\n    Which is: -1\n"
      "[  FAILED  ] Cart.Adds (0 ms)\n[ RUN      ] Cart.Other\n[       OK ] Cart.Other (0 ms)\n"
      "[  FAILED  ] 1 test, listed below:\n[  FAILED  ] Cart.Adds\n");
  ASSERT_EQ(report.records.size(), 1U);
  EXPECT_EQ(report.records[0].test, "Cart.Adds");
  EXPECT_EQ(report.records[0].file, "/p/cart_test.cpp");
  EXPECT_EQ(report.records[0].line, 65);
}

TEST(LogParser, SuspectsTheTestThatNeverEnded) {
  const auto report = read_log("[ RUN      ] Cart.Adds\n");
  ASSERT_EQ(report.records.size(), 1U);
  EXPECT_EQ(report.records[0].test, "Cart.Adds");
}

TEST(LogParser, FoldsWhatWasSaidBefore) {
  const auto report = read_log(
      "a.cpp:1:2: error: no member 'x' in 4 bytes\nb.cpp:7:2: error: no member 'x' in 8 bytes\n"
      "c.cpp:9:2: error: no member 'y'\n");
  ASSERT_EQ(report.records.size(), 2U);
  EXPECT_EQ(report.records[0].times, 2U);
  EXPECT_THAT(report.records[0].also, ElementsAre("b.cpp:7"));
}

TEST(LogParser, ReadsTheTextInsideEventsOfJson) {
  const auto report = read_log(
      R"({"reason":"compiler-message","message":{"rendered":"error[E0308]: mismatched\n --> a.rs:1:2\n"}})"
      "\n"
      R"({"Time":"2026-01-01T00:00:00Z","Action":"output","Output":"    x_test.go:7: got \u003cnil\u003e\n"})"
      "\n");
  ASSERT_EQ(report.records.size(), 2U);
  EXPECT_EQ(report.records[0].code, "E0308");
  EXPECT_EQ(report.records[0].file, "a.rs");
  EXPECT_EQ(report.records[1].message, "got <nil>");
}

TEST(LogParser, SeesThroughColoursAndOverwrittenProgress) {
  const auto report =
      read_log("10%\r50%\r\x1b[1ma.cpp:3:5:\x1b[0m \x1b[31merror:\x1b[0m no\x1b]0;t\a good\r\n");
  ASSERT_EQ(report.records.size(), 1U);
  EXPECT_EQ(report.records[0].file, "a.cpp");
  EXPECT_EQ(report.records[0].message, "no good");
}

TEST(LogParser, IsTheSameForPiecesOfAnySize) {
  const std::string log =
      "x\n\x1b[31ma.cpp:3:5: error: no\x1b[0m\n  3 | x\nTraceback (most recent call last):\n"
      "  File \"a.py\", line 1, in f\nValueError: \xE2\x82\xAC\n";
  const auto whole = read_log(log);
  for (std::size_t size = 1; size < log.size(); ++size) {
    LogParser parser;
    for (std::size_t at = 0; at < log.size(); at += size) {
      parser.feed(std::string_view(log).substr(at, size));
    }
    const auto report = parser.finish();
    ASSERT_EQ(report.records.size(), whole.records.size()) << size;
    EXPECT_EQ(report.records[1].message, whole.records[1].message) << size;
    EXPECT_EQ(report.records[0].lines, whole.records[0].lines) << size;
  }
}

TEST(LogParser, SeesNoFaultInProse) {
  EXPECT_THAT(
      read_log("All is well at 12:30:05 on localhost:8080.\nhttp://x.y/z:80\n3 passed\n").records,
      IsEmpty());
}

// Hostile input: what is kept stays small, however long the log or its lines are.
TEST(LogParser, KeepsLittleOfHostileInput) {
  LogParser parser;
  const std::string long_line(1U << 20U, ':');
  const std::string nested = "a.c:1:" + std::string(60'000, '(') + "\n";
  std::string errors;
  for (int i = 0; i < 3000; ++i) {
    errors += "f" + std::string(static_cast<std::size_t>(i % 50), 'x') + ".c:1:1: error: e" +
              std::string(static_cast<std::size_t>(i % 97), 'y') + "\n\tat a.b(C.java:1)\n";
  }
  for (int i = 0; i < 3; ++i) {
    parser.feed(long_line);
    parser.feed(nested);
    parser.feed(errors);
    parser.feed(std::string(100'000, '\x1b'));
    parser.feed(std::string("\xff\0\xfe\n", 4));
  }
  const auto report = parser.finish();
  std::size_t kept = 0;
  for (const auto& record : report.records) {
    for (const auto& line : record.lines) kept += line.text.size();
    EXPECT_LE(record.frames.size(), 80U);
  }
  EXPECT_LE(report.records.size(), 2000U);
  EXPECT_LE(kept, 8U << 20U);
}

}  // namespace
}  // namespace plim::index
