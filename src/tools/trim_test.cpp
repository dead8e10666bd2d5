#include "tools/trim.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/utf8.hpp"

namespace plim::tools {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

std::string counted_lines(int count) {
  std::string text;
  for (int i = 1; i <= count; ++i) text += "line " + std::to_string(i) + "\n";
  return text;
}

TEST(TrimMiddle, LeavesShortTextAlone) { EXPECT_EQ(trim_middle("a\nb", 10), "a\nb"); }

TEST(TrimMiddle, KeepsFirstAndLastLinesWholeAndSaysWhatIsMissing) {
  const auto text = trim_middle(counted_lines(1000), 500);
  EXPECT_LE(text.size(), 500U);
  EXPECT_THAT(text, StartsWith("line 1\nline 2\n"));
  EXPECT_THAT(text, EndsWith("line 999\nline 1000\n"));
  EXPECT_THAT(text, HasSubstr("bytes cut here]\n"));
}

TEST(TrimMiddle, NeverExceedsItsLimitNorSplitsACharacter) {
  std::string text;
  for (int i = 0; i < 300; ++i) text += "\xE2\x82\xAC";
  for (std::size_t limit = 0; limit < 300; ++limit) {
    const auto trimmed = trim_middle(text, limit);
    EXPECT_LE(trimmed.size(), limit);
    EXPECT_TRUE(is_utf8(trimmed)) << limit;
  }
}

TEST(CleanOutput, RemovesEscapesRootAndTrailingSpace) {
  EXPECT_EQ(
      clean_output("\x1b[31mFAIL\x1b[0m /home/u/p/a.py:3\r\n\x1b]0;title\a\n \n", "/home/u/p"),
      "FAIL a.py:3");
}

TEST(CleanOutput, FoldsRepeatedLines) {
  EXPECT_EQ(clean_output("x\nx\nx\ny\n\n\nz\n", ""), "x\n[the line above 2 more times]\ny\n\n\nz");
}

TEST(CleanOutput, MakesAnyBytesText) {
  EXPECT_TRUE(is_utf8(clean_output(std::string("\xff\x00\x1b", 3), "/p")));
  EXPECT_EQ(clean_output("\x1b[", ""), "");
}

}  // namespace
}  // namespace plim::tools
