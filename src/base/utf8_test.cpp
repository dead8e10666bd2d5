#include "base/utf8.hpp"

#include <random>

#include <gtest/gtest.h>

namespace plim {
namespace {

using namespace std::string_literals;

TEST(Utf8, AcceptsWellFormedTextOnly) {
  for (const std::string& text : {""s, "abc"s, "\0"s, "é"s, "\u20AC"s, "\U0001F600"s,
                                  "\xED\x9F\xBF"s, "\xEE\x80\x80"s, "\xF4\x8F\xBF\xBF"s}) {
    EXPECT_TRUE(is_utf8(text)) << text;
  }
  // Stray continuation, overlong forms, surrogates, above U+10FFFF, cut off, never a lead byte.
  for (const std::string& text :
       {"\x80"s, "\xC0\x80"s, "\xC1\xBF"s, "\xE0\x9F\xBF"s, "\xF0\x8F\xBF\xBF"s, "\xED\xA0\x80"s,
        "\xED\xBF\xBF"s, "\xF4\x90\x80\x80"s, "\xF5\x80\x80\x80"s, "\xC3"s, "\xE2\x82"s,
        "\xF0\x9F\x98"s, "\xFF"s, "\xC3("s}) {
    EXPECT_FALSE(is_utf8(text)) << text;
  }
}

TEST(Utf8, ReplacesEachIllFormedByte) {
  EXPECT_EQ(to_utf8("a\xFF\xC3(é"), "a\uFFFD\uFFFD(é");
  EXPECT_EQ(to_utf8("\xE2\x82"), "\uFFFD\uFFFD");
}

TEST(Utf8, CutsBetweenCodePoints) {
  EXPECT_EQ(utf8_prefix("aéb", 2), "a");
  EXPECT_EQ(utf8_prefix("aéb", 3), "aé");
  EXPECT_EQ(utf8_prefix("aéb", 99), "aéb");
  EXPECT_EQ(utf8_prefix("é", 1), "");
  EXPECT_EQ(utf8_suffix("aéb", 2), "b");
  EXPECT_EQ(utf8_suffix("aéb", 3), "éb");
  EXPECT_EQ(utf8_suffix("aéb", 0), "");
}

TEST(Utf8, OfRandomBytesIsWellFormedAfterRepairAndCutting) {
  std::mt19937 random(3);
  for (int round = 0; round < 2000; ++round) {
    std::string bytes(random() % 20, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    const std::string text = to_utf8(bytes);
    ASSERT_TRUE(is_utf8(text));
    ASSERT_EQ(is_utf8(bytes), text == bytes);
    const std::size_t limit = random() % 20;
    ASSERT_TRUE(is_utf8(utf8_prefix(text, limit)));
    ASSERT_TRUE(is_utf8(utf8_suffix(text, limit)));
    ASSERT_LE(utf8_prefix(text, limit).size(), limit);
    ASSERT_TRUE(is_utf8(terminal_safe(bytes)));
  }
}

TEST(TerminalSafe, ShowsWhatCouldDeceiveOrDrive) {
  EXPECT_EQ(terminal_safe("plain\ttext\né €\n"), "plain\ttext\né €\n");
  EXPECT_EQ(terminal_safe("\x1B[2J\r\a\x7F"), "\\x1B[2J\\x0D\\x07\\x7F");
  EXPECT_EQ(terminal_safe("\u009B31m"), "\\x9B31m");
  EXPECT_EQ(terminal_safe("a\u202Eb\u2066c\u200F"), "a\\u{202E}b\\u{2066}c\\u{200F}");
  EXPECT_EQ(terminal_safe("\xFF"), "\\xFF");
}

TEST(WithoutEscapes, LeavesTheTextThatATerminalShows) {
  EXPECT_EQ(without_escapes("a\x1b[1;31mred\x1b[0m b"), "ared b");
  EXPECT_EQ(without_escapes("\x1b]0;title\aafter\x1b]8;;http://x\x1b\\link"), "afterlink");
  EXPECT_EQ(without_escapes("\x1b(Bplain\x1bM\x1b[m"), "plain");
  for (const auto* cut : {"a\x1b", "a\x1b[", "a\x1b[31", "a\x1b]0;never ended"})
    EXPECT_EQ(without_escapes(cut), "a") << cut;
}

}  // namespace
}  // namespace plim
