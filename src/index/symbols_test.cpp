#include "index/symbols.hpp"

#include <format>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "index/document.hpp"
#include "index/outline.hpp"
#include "index/syntax.hpp"

namespace plim::index {
namespace {

using testing::Contains;
using testing::ElementsAre;

std::vector<std::string> listed(const std::vector<Symbol>& symbols) {
  static constexpr std::string_view kinds = "ftsn";
  std::vector<std::string> out;
  for (const auto& symbol : symbols) {
    out.push_back(std::format("{} {} {}-{}", kinds[static_cast<std::size_t>(symbol.kind)],
                              symbol.name, symbol.first_line, symbol.last_line));
  }
  return out;
}

std::vector<std::string> found(Language language, std::string_view text) {
  Parser parser;
  return listed(find_symbols(parser, language, text, std::chrono::seconds(5)).list);
}

#define NEEDS(language) \
  if (!has_grammar(language)) GTEST_SKIP() << "this build has no grammar for it"

TEST(Symbols, OfCpp) {
  NEEDS(Language::cpp);
  EXPECT_THAT(found(Language::cpp,
                    "#define LIMIT 3\n"
                    "namespace net {\n"
                    "class Url {\n"
                    " public:\n"
                    "  int port() const { return port_; }\n"
                    " private:\n"
                    "  int port_ = 0;\n"
                    "};\n"
                    "template <class T> T* Url::as(const char* name) {\n"
                    "  return nullptr;\n"
                    "}\n"
                    "}\n"),
              ElementsAre("n LIMIT 1-2", "s net 2-12", "t Url 3-8", "f port 5-5", "n port_ 7-7",
                          "f as 9-11"));
}

// What a grammar cannot follow inside a function hides neither its end nor what follows.
TEST(Symbols, OfCppWithMacrosInABody) {
  NEEDS(Language::cpp);
  constexpr std::string_view text =
      "// Runs.\n"
      "int run() {\n"
      "  TRY {\n"
      "    go();\n"
      "  } CATCH_ALL (e) {\n"
      "    return 1;\n"
      "  }\n"
      "  return 0;\n"
      "}\n"
      "int next() { return 2; }\n";
  EXPECT_THAT(found(Language::cpp, text), ElementsAre("f run 2-9", "f next 10-10"));
  Parser parser;
  const auto symbols = find_symbols(parser, Language::cpp, text, std::chrono::seconds(5)).list;
  EXPECT_EQ(symbols[0].start, 0U);
  EXPECT_EQ(symbols[0].end, text.find("int next") - 1);
}

TEST(Symbols, OfPython) {
  NEEDS(Language::python);
  EXPECT_THAT(found(Language::python,
                    "LIMIT = 3\n"
                    "class A:\n"
                    "    def f(self):\n"
                    "        local = 1\n"
                    "        def inner(): pass\n"),
              ElementsAre("n LIMIT 1-1", "t A 2-5", "f f 3-5", "f inner 5-5"));
}

TEST(Symbols, OfJavaScript) {
  NEEDS(Language::javascript);
  EXPECT_THAT(found(Language::javascript,
                    "const add = (a, b) => a + b\n"
                    "module.exports.parse = function (text) {\n"
                    "  return text\n"
                    "}\n"
                    "class A { run() {} }\n"),
              ElementsAre("f add 1-1", "f parse 2-4", "t A 5-5", "f run 5-5"));
}

TEST(Symbols, OfRustAndGo) {
  NEEDS(Language::rust);
  NEEDS(Language::go);
  EXPECT_THAT(found(Language::rust, "impl<T> Queue<T> {\n  pub fn push(&self) {}\n}\n"),
              ElementsAre("t Queue 1-3", "f push 2-2"));
  EXPECT_THAT(found(Language::go, "package a\nfunc (s *Server) Run() {\n}\ntype Server struct{}\n"),
              ElementsAre("f Run 2-3", "t Server 4-4"));
}

TEST(Symbols, AreFoundLineByLineWithoutAGrammar) {
  EXPECT_THAT(listed(scan_symbols("module Shop\n"
                                  "  type Basket =\n"
                                  "    member total = 1\n"
                                  "\n"
                                  "fun price(item: Item): Int {\n"
                                  "    if (item.free) {\n"
                                  "        return 0\n"
                                  "    }\n"
                                  "}\n"
                                  "\n"
                                  "static int count(void) {\n"
                                  "    return 1;\n"
                                  "}\n")),
              ElementsAre("s Shop 1-3", "t Basket 2-3", "f price 5-9", "f count 11-13"));
}

TEST(Symbols, TakeInTheCommentAbove) {
  Parser parser;
  const std::string_view text = "int a;\n// Adds.\n// Slowly.\nint add() { return 1; }\n";
  auto symbols = std::vector<Symbol>{{.name = "add",
                                      .kind = SymbolKind::function,
                                      .first_line = 4,
                                      .last_line = 4,
                                      .start = 29,
                                      .end = 52}};
  take_in_leading_comments(symbols, text);
  EXPECT_EQ(text.substr(symbols[0].start, 8), "// Adds.");
  EXPECT_EQ(symbols[0].first_line, 4U);
}

TEST(Symbols, SurviveTextThatIsNoCode) {
  std::string noise;
  for (int i = 0; i < 20'000; ++i) noise.push_back(static_cast<char>(i * 7919 % 251 + 1));
  for (int i = 0; i <= static_cast<int>(Language::data); ++i) {
    Parser parser;
    const auto symbols =
        find_symbols(parser, static_cast<Language>(i), noise, std::chrono::milliseconds(100));
    for (const auto& symbol : symbols.list) EXPECT_LE(symbol.end, noise.size());
  }
}

TEST(Outline, ShowsSignaturesWithoutBodies) {
  NEEDS(Language::cpp);
  std::vector<std::string> lines;
  for (const auto& item : outline_of(Language::cpp,
                                     "/// Adds.\nint add(int a,\n        int b) {\n  return a;\n}\n"
                                     "struct A {\n  void run(F f = {});\n};\n")) {
    lines.push_back(std::format("{} {}", item.depth, item.signature));
  }
  EXPECT_THAT(lines, ElementsAre("0 int add(int a, int b)", "0 struct A", "1 void run(F f = {})"));
}

TEST(Role, IsReadFromThePath) {
  const auto role = [](std::string_view path) { return role_of(path, language_of(path)); };
  EXPECT_EQ(role("src/net/url.cpp"), Role::source);
  EXPECT_EQ(role("src/latest/contest.py"), Role::source);
  EXPECT_EQ(role("src/_pytest/unittest.py"), Role::source);
  EXPECT_EQ(role("src/net/url_test.cpp"), Role::test);
  EXPECT_EQ(role("tests/data.json"), Role::test);
  EXPECT_EQ(role("src/UrlTest.java"), Role::test);
  EXPECT_EQ(role("lib/a.spec.ts"), Role::test);
  EXPECT_EQ(role("dask/_task_spec.py"), Role::source);
  EXPECT_EQ(role("docs/guide.md"), Role::docs);
  EXPECT_EQ(role("examples/a.cpp"), Role::docs);
  EXPECT_EQ(role("third_party/zlib/inflate.c"), Role::generated);
  EXPECT_EQ(role("web/app.min.js"), Role::generated);
  EXPECT_EQ(role("extras/catch_amalgamated.hpp"), Role::generated);
  EXPECT_EQ(role("package.json"), Role::other);
  EXPECT_EQ(role("contrib/vim/plugin.py"), Role::other);
  EXPECT_EQ(role("django/contrib/auth.py"), Role::source);
}

TEST(Role, KnowsAmalgamationsFromOtherGeneratedFiles) {
  EXPECT_TRUE(is_amalgamation("single_include/nlohmann/json.hpp"));
  EXPECT_TRUE(is_amalgamation("extras/catch_amalgamated.hpp"));
  EXPECT_FALSE(is_amalgamation("third_party/zlib/inflate.c"));
  EXPECT_FALSE(is_amalgamation("web/app.min.js"));
}

}  // namespace
}  // namespace plim::index
