#include "workspace/file_text.hpp"

#include <gtest/gtest.h>

#include "workspace/line_index.hpp"

namespace plim::workspace {
namespace {

TEST(TextTraits, DescribeAFile) {
  using namespace std::string_literals;
  EXPECT_EQ(traits_of(""), (TextTraits{}));
  EXPECT_EQ(traits_of("a\nb\n"), (TextTraits{.final_newline = true}));
  EXPECT_EQ(traits_of("a\r\nb\r\nc\n"),
            (TextTraits{.ending = LineEnding::crlf, .final_newline = true}));
  EXPECT_EQ(traits_of("a\r\nb\nc"), (TextTraits{.ending = LineEnding::lf}));
  EXPECT_EQ(traits_of("a\rb\r"), (TextTraits{.ending = LineEnding::cr, .final_newline = true}));
  EXPECT_EQ(traits_of("10%\r20%\n"), (TextTraits{.final_newline = true}));
  EXPECT_EQ(traits_of("\xEF\xBB\xBFx"), (TextTraits{.bom = true}));
  EXPECT_EQ(traits_of("\xFC"), (TextTraits{.utf8 = false}));
  EXPECT_EQ(traits_of("a\0b"s), (TextTraits{.binary = true}));
}

std::string text_of(std::string bytes) {
  const TextTraits traits = traits_of(bytes);
  return FileText{.bytes = std::move(bytes), .traits = traits}.text();
}

TEST(FileText, IsShownPlain) {
  EXPECT_EQ(text_of("\xEF\xBB\xBF"
                    "a\r\nb\r\n"),
            "a\nb\n");
  EXPECT_EQ(text_of("a\rb"), "a\nb");
  EXPECT_EQ(text_of("gr\xFCn\n"), "gr\uFFFDn\n");
  EXPECT_EQ(text_of("10%\r20%\n"), "10%\r20%\n");
}

TEST(FileText, TakesTheStyleOfWhatItReplaces) {
  EXPECT_EQ(in_the_style_of("a\r\nb\r\n", "x\ny\n"), "x\r\ny\r\n");
  EXPECT_EQ(in_the_style_of("a\nb", "x\ny\n"), "x\ny");
  EXPECT_EQ(in_the_style_of("a\nb\n", "x\r\ny"), "x\ny\n");
  EXPECT_EQ(in_the_style_of("\xEF\xBB\xBF"
                            "a\n",
                            "x\n"),
            "\xEF\xBB\xBFx\n");
  EXPECT_EQ(in_the_style_of("\xEF\xBB\xBF"
                            "a\n",
                            "\xEF\xBB\xBFx\n"),
            "\xEF\xBB\xBFx\n");
  EXPECT_EQ(in_the_style_of("a\n", ""), "");
  EXPECT_EQ(in_the_style_of("", "x"), "x");
  EXPECT_EQ(in_the_style_of("a\n", "x\n\n"), "x\n\n");
}

TEST(SplitLines, GivesBackEveryByte) {
  for (const std::string_view text :
       {"", "a", "a\n", "\n\n", "a\r\nb\n\r\nc", "a\rb", "\r", "a\r\n\r"}) {
    std::string whole;
    for (const Line& line : split_lines(text)) whole += line.whole();
    EXPECT_EQ(whole, text);
  }
  EXPECT_EQ(split_lines("a\nb\n").size(), 2U);
  EXPECT_EQ(split_lines("a\rb").size(), 2U);
  EXPECT_EQ(line_number("a\nb\nc", 4), 3U);
}

}  // namespace
}  // namespace plim::workspace
