#include "workspace/edit.hpp"

#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "workspace/nearest_lines.hpp"

namespace plim::workspace {
namespace {

using testing::HasSubstr;

// The bytes after an edit, or "CODE: message".
std::string bytes_after(const Result<Edited>& edited) {
  if (edited) return edited->bytes;
  return std::format("{}: {}", to_string(edited.error().code), edited.error().message);
}

std::string after(std::string_view bytes, std::string_view old_text, std::string_view new_text) {
  return bytes_after(edit_text(bytes, old_text, new_text));
}

std::string lines_after(std::string_view bytes, std::size_t first, std::size_t last,
                        std::string_view new_text) {
  return bytes_after(edit_lines(bytes, first, last, new_text));
}

Match match_of(std::string_view bytes, std::string_view old_text, std::string_view new_text) {
  return edit_text(bytes, old_text, new_text).value().match;
}

TEST(EditText, ReplacesTheOneExactPlace) {
  EXPECT_EQ(edit_text("a\nb = 1\nc\n", "b = 1", "b = 2\nb2 = 3"),
            Result<Edited>(Edited{.bytes = "a\nb = 2\nb2 = 3\nc\n",
                                  .match = Match::exact,
                                  .first_line = 2,
                                  .last_line = 3}));
}

TEST(EditText, SaysWhichLinesChanged) {
  const auto lines = [](std::string_view bytes, std::string_view old_text,
                        std::string_view new_text) {
    const auto edited = edit_text(bytes, old_text, new_text).value();
    return std::pair(edited.first_line, edited.last_line);
  };
  EXPECT_EQ(lines("a\nb\nc\n", "b\n", ""), std::pair(2UZ, 1UZ));
  EXPECT_EQ(lines("a\nbx\nc\n", "x", ""), std::pair(2UZ, 2UZ));
  EXPECT_EQ(lines("a\nb\nc\n", "b\n", "x\ny\n"), std::pair(2UZ, 3UZ));
  EXPECT_EQ(lines("a\nb\nc\n", "a", "x"), std::pair(1UZ, 1UZ));
}

TEST(EditText, RefusesAnAmbiguousPlaceAndNamesTheLines) {
  EXPECT_EQ(after("x\ny\nx\nz\nx\n", "x", "w"),
            "invalid: the old text stands in 3 places, at lines 1, 3, 5; add lines around it to "
            "make it unique");
  EXPECT_THAT(after("aaa", "aa", "b"), HasSubstr("2 places"));
}

TEST(EditText, RefusesToChangeNothing) {
  EXPECT_THAT(after("a", "a", "a"), HasSubstr("nothing to change"));
  EXPECT_THAT(after("a", "", "b"), HasSubstr("the old text is empty"));
  EXPECT_THAT(after("a\r\nb\r\n", "a\nb\n", "a\r\nb\r\n"), HasSubstr("nothing to change"));
}

TEST(EditText, ShowsTheNearestLinesInsteadOfGuessing) {
  std::string file;
  for (int i = 1; i <= 30; ++i) file += std::format("line_{} = {};\n", i, i * i);
  file += "int total = add(first, second);\n";
  const auto message = after(file, "int total = add(first, third);", "x");
  EXPECT_EQ(message,
            "not found: the old text is not in the file. The nearest lines are:\n"
            "  26| line_26 = 676;\n"
            "  27| line_27 = 729;\n"
            "  28| line_28 = 784;\n"
            "  29| line_29 = 841;\n"
            "  30| line_30 = 900;\n"
            "  31| int total = add(first, second);\n");
  EXPECT_EQ(after(file, "@@@@", "x"),
            "not found: the old text is not in the file. No lines in it are like it; read the "
            "file again.");
}

TEST(EditText, NeverWritesToASimilarPlace) {
  EXPECT_THAT(after("return a + b;\n", "return a - b;", "return b;"), HasSubstr("not found"));
  EXPECT_THAT(after("def f(x):\n  y = 1\n  z = 3\n", "def f(x):\n  y = 2\n  z = 3\n", "pass\n"),
              HasSubstr("not found"));
}

TEST(EditText, IgnoresLineEndingsAndKeepsThem) {
  EXPECT_EQ(after("a\r\nb\r\nc\r\n", "a\nb\n", "a\nx\ny\n"), "a\r\nx\r\ny\r\nc\r\n");
  EXPECT_EQ(match_of("a\r\nb\r\nc\r\n", "a\nb\n", "a\nx\n"), Match::line_endings);
  EXPECT_EQ(after("a\nb\nc\n", "a\r\nb\r\n", "a\r\nx\r\n"), "a\nx\nc\n");
  EXPECT_EQ(after("a\r\nb\r\nc\r\n", "b", "x\ny"), "a\r\nx\r\ny\r\nc\r\n");
  EXPECT_EQ(after("a\rb\rc", "a\nb", "x\ny"), "x\ry\rc");
}

TEST(EditText, LeavesTheOtherLinesOfAMixedFileAsTheyAre) {
  EXPECT_EQ(after("a\r\nb\nc\r\nd\n", "a\nb\nc\n", "a\nB\nc\n"), "a\r\nB\nc\r\nd\n");
}

TEST(EditText, IgnoresTrailingSpacesAndKeepsThoseOutsideTheChange) {
  EXPECT_EQ(after("if x:  \n    y\t\nz\n", "if x:\n    y\nz\n", "if x:\n    w\nz\n"),
            "if x:  \n    w\t\nz\n");
  EXPECT_EQ(match_of("if x:  \n  y\n", "if x:\n  y\n", "if z:\n  y\n"), Match::trailing_space);
  EXPECT_EQ(after("a\nb\n", "a  \nb", "a\nc"), "a\nc\n");
}

TEST(EditText, ShiftsABlockThatIsIndentedMoreOrLess) {
  const std::string_view file = "class A:\n    def f(self):\n        return 1\n\n    x = 2\n";
  EXPECT_EQ(after(file, "  def f(self):\n      return 1\n",
                  "  def f(self):\n      y = 3\n\n      return y\n"),
            "class A:\n    def f(self):\n        y = 3\n\n        return y\n\n    x = 2\n");
  EXPECT_EQ(after(file, "      def f(self):\n          return 1",
                  "      def g(self):\n          return 1"),
            "class A:\n    def g(self):\n        return 1\n\n    x = 2\n");
  EXPECT_EQ(match_of(file, "        x = 2\n", "        x = 3\n"), Match::indent);
}

TEST(EditText, ShiftsOnlyWhereEveryLineCanFollow) {
  const std::string_view tabs = "\tif (x) {\n\t\ty();\n\t}\n";
  // The relative indentation differs too, so this is not a uniform shift.
  EXPECT_THAT(after(tabs, "    if (x) {\n        y();\n    }\n", "    z();\n"),
              HasSubstr("not found"));
  // A single level can be translated, a deeper line cannot.
  EXPECT_EQ(after("\tx();\n", "    x();\n", "    z();\n"), "\tz();\n");
  EXPECT_THAT(after("\tx();\n", "    x();\n", "    if (a)\n      z();\n"), HasSubstr("not found"));
  // A new line with less indentation than is to be taken away.
  EXPECT_THAT(after("  x()\n  y()\n", "    x()\n    y()\n", "    x()\nz()\n"),
              HasSubstr("not found"));
}

TEST(EditText, RefusesAnAmbiguousShift) {
  EXPECT_THAT(after("  a()\n  b()\nif x:\n    a()\n    b()\n", "      a()\n      b()\n", "c()\n"),
              HasSubstr("2 places, at lines 1, 4"));
}

TEST(EditText, TakesTypographicLookAlikesForPlainCharacters) {
  EXPECT_EQ(after("say(“a – b”)\u00A0# it’s\n", "say(\"a - b\") # it's", "say(\"a - c\") # it's"),
            "say(“a – c”)\u00A0# it’s\n");
  EXPECT_EQ(after("say(\"a\")\n", "say(“a”)", "say(“b”)"), "say(\"b\")\n");
  EXPECT_EQ(match_of("x – y\n", "x - y", "x - z"), Match::look_alike);
  EXPECT_EQ(after("a\u200Bb = 1\n", "ab = 1", "ab = 2"), "a\u200Bb = 2\n");
}

TEST(EditText, KeepsAMissingFinalNewline) {
  EXPECT_EQ(after("a\nb", "b\n", "c\n"), "a\nc");
  EXPECT_EQ(after("a\n  b", "    b\n", "    c\n"), "a\n  c");
  EXPECT_EQ(after("a\nb", "b", "c"), "a\nc");
}

TEST(EditText, KeepsTheByteOrderMark) {
  EXPECT_EQ(after("\xEF\xBB\xBFusing A;\r\nx\r\n", "using A;\nx\n", "using B;\nx\n"),
            "\xEF\xBB\xBFusing B;\r\nx\r\n");
}

TEST(EditText, NeverTouchesBytesOfAnotherEncodingOutsideTheEdit) {
  const std::string latin =
      "// gr\xFC\xDF"
      "e\nint x = 1;\n\xFF\xFE\x80\n";
  EXPECT_EQ(after(latin, "int x = 1;", "int x = 2;"),
            "// gr\xFC\xDF"
            "e\nint x = 2;\n\xFF\xFE\x80\n");
  EXPECT_THAT(after(latin, "int x = 1;", "int ü = 1;"), HasSubstr("not UTF-8"));
  EXPECT_THAT(after(latin,
                    "// gr\uFFFD\uFFFD"
                    "e\n",
                    "// x\n"),
              HasSubstr("not found"));
}

TEST(EditText, FindsAnExactPlaceBeforeALooseOne) {
  EXPECT_EQ(after("  x\nx \nx\n", "x\n", "y\n"),
            "invalid: the old text stands in 2 places, at "
            "lines 1, 3; add lines around it to make it unique");
  EXPECT_EQ(after("‘x’\n'x'\n", "'x'", "'y'"), "‘x’\n'y'\n");
}

TEST(EditLines, ReplacesInsertsAndRemoves) {
  EXPECT_EQ(lines_after("a\nb\nc\n", 2, 2, "x\ny"), "a\nx\ny\nc\n");
  EXPECT_EQ(lines_after("a\nb\nc\n", 2, 3, "x\n"), "a\nx\n");
  EXPECT_EQ(lines_after("a\nb\n", 2, 1, "x"), "a\nx\nb\n");
  EXPECT_EQ(lines_after("a\nb\n", 3, 2, "x"), "a\nb\nx\n");
  EXPECT_EQ(lines_after("a\nb\nc\n", 1, 2, ""), "c\n");
  EXPECT_EQ(lines_after("", 1, 0, "x"), "x\n");
}

TEST(EditLines, KeepsAMissingFinalNewline) {
  EXPECT_EQ(lines_after("a\nb", 2, 2, "x\n"), "a\nx");
  EXPECT_EQ(lines_after("a\nb", 2, 2, ""), "a");
  EXPECT_EQ(lines_after("a\nb", 1, 1, "x"), "x\nb");
  EXPECT_EQ(lines_after("a\nb", 3, 2, "c\n"), "a\nb\nc");
  EXPECT_EQ(lines_after("a", 1, 1, ""), "");
}

TEST(EditLines, KeepsLineEndingsAndTheByteOrderMark) {
  EXPECT_EQ(lines_after("\xEF\xBB\xBF"
                        "a\r\nb\r\n",
                        1, 1, "x\ny\n"),
            "\xEF\xBB\xBFx\r\ny\r\nb\r\n");
  EXPECT_EQ(lines_after("a\r\nb", 2, 2, ""), "a");
}

TEST(EditLines, RefusesLinesThatAreNotThere) {
  for (const auto& [first, last] : {std::pair(0UZ, 1UZ),
                                    {4UZ, 4UZ},
                                    {2UZ, 4UZ},
                                    {3UZ, 1UZ},
                                    {1UZ, ~0UZ},
                                    {~0UZ, ~0UZ},
                                    {5UZ, 4UZ}}) {
    EXPECT_THAT(lines_after("a\nb\nc\n", first, last, "x"), HasSubstr("it has 3"))
        << first << " " << last;
  }
}

TEST(NumberedLines, AreCutInLengthAndCount) {
  EXPECT_EQ(numbered_lines("a\n" + std::string(200, 'x') + "\nc\nd\n", 1, 9, 3),
            "   1| a\n   2| " + std::string(160, 'x') + "…\n   3| c\n");
}

// Whatever is edited: what lies before and after the change is what lay there before, and the
// loose rungs agree with the exact one wherever that one succeeds.
TEST(EditText, KeepsRandomFilesWholeOutsideTheEdit) {
  std::mt19937 random(7);
  const auto pick = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  const std::vector<std::string> pieces{"a", "b ",    "\n",  "\r\n", "\t",
                                        "“", "x\xFF", " \n", "–",    "}"};
  for (int round = 0; round < 3000; ++round) {
    std::string file;
    for (std::size_t i = 0, n = pick(30) + 2; i < n; ++i) file += pieces[pick(pieces.size())];
    const std::size_t begin = pick(file.size());
    const std::string old_text = file.substr(begin, pick(8) + 1);
    const auto edited = edit_text(file, old_text, "Q\nR");
    if (!edited) continue;
    ASSERT_EQ(edited->match, Match::exact);
    const std::size_t q = edited->bytes.find('Q');
    const std::size_t r = edited->bytes.find('R');
    ASSERT_EQ(edited->bytes.substr(0, q) + old_text + edited->bytes.substr(r + 1), file);
  }
}

}  // namespace
}  // namespace plim::workspace
