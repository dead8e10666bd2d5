#include "index/log_trim.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plim::index {
namespace {

using testing::HasSubstr;
using testing::Not;

std::size_t bytes(std::string_view text) { return text.size(); }

std::string trimmed(const std::string& log, std::size_t budget) {
  return trim_log(read_log(log), budget, bytes).text;
}

TEST(TrimLog, KeepsTheErrorAndDropsWhatPassed) {
  std::string log;
  for (int i = 0; i < 500; ++i) log += "[       OK ] A.B" + std::to_string(i) + " (0 ms)\n";
  log += "a.cpp:3:5: error: no good\n    3 | x\n      | ^\n";
  for (int i = 0; i < 500; ++i) log += "[       OK ] A.C" + std::to_string(i) + " (0 ms)\n";
  EXPECT_EQ(trimmed(log, 400),
            "[lines 1-500 left out]\na.cpp:3:5: error: no good\n    3 | x\n      | ^\n"
            "[lines 504-1003 left out]");
}

TEST(TrimLog, PutsTheFirstErrorBeforeLaterOnesAndErrorsBeforeWarnings) {
  std::string log;
  for (int i = 0; i < 50; ++i) {
    log += "w.cpp:" + std::to_string(i + 1) + ":1: warning: odd " +
           std::string(5, static_cast<char>('a' + i % 26)) + "\n";
  }
  log += "a.cpp:3:5: error: the first\nb.cpp:4:5: error: the second\n";
  const auto text = trimmed(log, 110);
  EXPECT_THAT(text, HasSubstr("the first"));
  EXPECT_THAT(text, Not(HasSubstr("warning")));
}

TEST(TrimLog, SaysHowOftenAndWhereElse) {
  EXPECT_EQ(trimmed("a.cpp:1:2: error: no x\nb.cpp:7:2: error: no x\n", 300),
            "a.cpp:1:2: error: no x  [2 times, also b.cpp:7]\n[line 2 left out]");
}

TEST(TrimLog, PrefersTheProjectsFrames) {
  std::string log = "java.lang.IllegalStateException: boom\n";
  for (int i = 0; i < 20; ++i)
    log += "\tat org.junit.Assert.f" + std::to_string(i) + "(Assert.java:1)\n";
  log += "\tat shop.Cart.price(Cart.java:6)\n";
  for (int i = 0; i < 20; ++i) log += "\tat sun.reflect.M.g(M.java:2)\n";
  EXPECT_EQ(trimmed(log, 300),
            "java.lang.IllegalStateException: boom\n[lines 2-21 left out]\n"
            "\tat shop.Cart.price(Cart.java:6)\n[lines 23-42 left out]");
}

TEST(TrimLog, KeepsBothEndsAndTroubleOfWhatItDoesNotKnow) {
  std::string log = "begin\n";
  for (int i = 0; i < 300; ++i) log += "step " + std::to_string(i) + "\n";
  log += "widget 7 could not be glued\n";
  for (int i = 0; i < 300; ++i) log += "step " + std::to_string(i) + "\n";
  log += "end\n";
  const auto text = trimmed(log, 900);
  EXPECT_THAT(text, testing::StartsWith("begin\n"));
  EXPECT_THAT(text, HasSubstr("could not be glued"));
  EXPECT_THAT(text, testing::EndsWith("end"));
}

TEST(TrimLog, NeverExceedsItsBudgetWhateverTheMeasure) {
  const std::string log =
      "a.cpp:3:5: error: the first of them\nb.cpp:4:5: error: another\nx: \xE2\x82\xAC\n"
      "Traceback (most recent call last):\n  File \"a.py\", line 1, in f\nValueError: x\n";
  const auto report = read_log(log);
  // A measure that does not add up: text costs more when joined.
  const auto square = [](std::string_view text) { return text.size() * text.size() / 50; };
  for (std::size_t budget = 0; budget < 400; ++budget) {
    EXPECT_LE(bytes(trim_log(report, budget, bytes).text), budget);
    EXPECT_LE(square(trim_log(report, budget, square).text), budget);
  }
}

TEST(TrimLog, OfAnEmptyLogIsEmpty) { EXPECT_EQ(trimmed("", 100), ""); }

}  // namespace
}  // namespace plim::index
