#include "index/skeleton.hpp"

#include <algorithm>
#include <array>
#include <random>

#include <gtest/gtest.h>

namespace plim::index {
namespace {

std::string bare(std::string_view text) { return std::string(Skeleton(text).text()); }

TEST(Skeleton, EmptiesBodiesAndKeepsTheirLines) {
  EXPECT_EQ(bare("int f(int a) {\n  if (a) { g('}', \"}\"); }  // }\n  return 1'000;\n}\nint b;\n"),
            "int f(int a) {;\n\n\n}\nint b;\n");
  EXPECT_EQ(bare("void f() const noexcept {}\nvoid g()\n{\n}\n"),
            "void f() const noexcept {}\nvoid g()\n{\n}\n");
}

TEST(Skeleton, KnowsABodyFromAScope) {
  const auto is_cut = [](std::string head) { return bare(head + " { x; }") == head + " {;}"; };
  EXPECT_TRUE(is_cut("struct node* make(int n)"));
  EXPECT_TRUE(is_cut("template <class T, class = Plain<T>> void f(T t)"));
  EXPECT_TRUE(is_cut("auto f(int a) -> std::vector<int>"));
  EXPECT_TRUE(is_cut("Url::Url(int a) : a_(a), b_{}"));
  EXPECT_TRUE(is_cut("bool A::operator()(int a) const NOEXCEPT"));
  EXPECT_TRUE(is_cut("extern \"C\" int f(void)"));
  EXPECT_FALSE(is_cut("struct alignas(16)"));
  EXPECT_FALSE(is_cut("ALIGNED(16) struct Point"));
  EXPECT_FALSE(is_cut("namespace net"));
  EXPECT_FALSE(is_cut("extern \"C\""));
  EXPECT_FALSE(is_cut("struct A : B<decltype(f(1))>"));
  EXPECT_FALSE(is_cut("enum Color"));
}

TEST(Skeleton, LeavesWhatATemplateRequires) {
  const std::string_view head = "template <class T> requires requires(T t) { t.go(); } void f() ";
  EXPECT_EQ(bare(std::string(head) + "{ g(); }\n"), std::string(head) + "{;}\n");
}

TEST(Skeleton, LooksInsideScopes) {
  EXPECT_EQ(bare("namespace a {\nclass B {\n public:\n  B() : n(1) { go(); }\n  int n;\n};\n}\n"),
            "namespace a {\nclass B {\n public:\n  B() : n(1) {;}\n  int n;\n};\n}\n");
}

TEST(Skeleton, LeavesOutCommentsTablesAndLeadingMacros) {
  EXPECT_EQ(bare("/* a\n b */ int a[] = {1, 2};  // c\n"), " \n int a[] = { };   \n");
  EXPECT_EQ(bare("BEGIN_NAMESPACE\nnamespace a {\nEXPORT(api) class B;\n}\n"),
            " \nnamespace a {\n  class B;\n}\n");
  EXPECT_EQ(bare("BOOL\nopen_it(int a) {}\n"), "BOOL\nopen_it(int a) {}\n");  // a type
}

TEST(Skeleton, LeavesABodyThatBranchesClose) {
  const std::string_view even =
      "void f() {\n#ifdef A\n  if (a) {\n#else\n  if (b) {\n#endif\n  }\n}\n";
  EXPECT_EQ(bare(even), "void f() {;\n\n\n\n\n\n\n}\n");
  const std::string_view heads =
      "#ifdef A\nvoid f(int a) {\n#else\nvoid f() {\n#endif\n  g();\n}\n";
  EXPECT_EQ(bare(heads), heads);
  const std::string_view ends = "void f() {\n#ifdef A\n  g();\n}\n#else\n  h();\n}\n#endif\n";
  EXPECT_EQ(bare(ends), ends);
}

TEST(Skeleton, ReadsTokensAsTheLanguageDoes) {
  EXPECT_EQ(bare("void f() { g(R\"x(})\"})x\"); }\n"), "void f() {;}\n");
  EXPECT_EQ(bare("#define F(a) void a() { \\\n  g(); }\nint b;\n"),
            "#define F(a) void a() { \\\n  g(); }\nint b;\n");
  EXPECT_EQ(bare("#error don't {\nvoid f() { g(); }\n"), "#error don't {\nvoid f() {;}\n");
}

TEST(Skeleton, SaysWhereAPlaceWas) {
  const std::string_view text = "/* head */ void f() { a; }\nvoid g() { b; c; }\nint d;\n";
  const Skeleton skeleton(text);
  for (const std::string_view word : {"void f", "void g", "int d"}) {
    const auto place = skeleton.text().find(word);
    EXPECT_EQ(skeleton.original(static_cast<std::uint32_t>(place)), text.find(word)) << word;
  }
  EXPECT_EQ(skeleton.original(static_cast<std::uint32_t>(skeleton.text().size())), text.size());
}

TEST(Skeleton, EndsOnHostileText) {
  for (const std::string_view part : {"f({", "R\"(", "/*", "((((", "f(){\n#if A\n", "#else\n{(",
                                      "'\\", "template<", "template<(", "a<b*c::"}) {
    std::string text;
    while (text.size() < 200'000) text += part;
    const Skeleton skeleton(text);  // or the test runner's limit ends it
    EXPECT_LE(skeleton.text().size(), text.size()) << part;
  }
}

TEST(Skeleton, KeepsLinesAndPlacesOfAnyText) {
  static constexpr auto parts = std::to_array<std::string_view>(
      {"f",       "(",           ")",          "{",     "}",    ";",  "\n",    "\"",
       "'",       "/*",          "*/",         "//",    "::",   ":",  "->",    "=",
       "#if A\n", "\n#else\n",   "\n#endif\n", "R\"x(", ")x\"", "\\", " int ", " struct ",
       "MACRO ",  " namespace ", "\xff",       "1'0",   "x,"});
  std::minstd_rand random(7);  // the same texts each time
  for (int round = 0; round < 3000; ++round) {
    std::string text;
    for (auto left = random() % 60; left > 0; --left) text += parts[random() % parts.size()];
    const Skeleton skeleton(text);
    const auto shown = skeleton.text();
    ASSERT_LE(shown.size(), text.size()) << text;
    ASSERT_EQ(std::ranges::count(shown, '\n'), std::ranges::count(text, '\n')) << text;
    ASSERT_EQ(skeleton.original(static_cast<std::uint32_t>(shown.size())), text.size()) << text;
    for (std::uint32_t at = 0; at < shown.size(); ++at) {
      const auto place = skeleton.original(at);
      ASSERT_LT(place, skeleton.original(at + 1)) << text;
      const bool is_filling = shown[at] == ';' || shown[at] == ' ' || shown[at] == '\n';
      ASSERT_TRUE(is_filling || shown[at] == text[place]) << text;
    }
  }
}

}  // namespace
}  // namespace plim::index
