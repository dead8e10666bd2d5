#include "index/syntax.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plim::index {
namespace {

TEST(Syntax, SaysNothingOfALanguageWithoutGrammar) {
  EXPECT_EQ(check_syntax(Language::other_code, "fn main( {"), std::nullopt);
  EXPECT_EQ(check_syntax(Language::prose, "(("), std::nullopt);
}

TEST(Syntax, GivesUpWhenTimeIsOver) {
  std::string deep;
  for (int i = 0; i < 200'000; ++i) deep += "int f() { return (1 + 2) * 3; }\n";
  EXPECT_EQ(check_syntax(Language::cpp, deep, std::chrono::milliseconds(0)), std::nullopt);
}

struct Sample {
  Language language;
  std::string_view sound;
  std::string_view broken;
  std::size_t line;  // of the first fault in `broken`
};

class SyntaxOf : public testing::TestWithParam<Sample> {};

TEST_P(SyntaxOf, FindsNoFaultInSoundTextAndThePlaceInBrokenText) {
  const auto& [language, sound, broken, line] = GetParam();
  if (!has_grammar(language)) GTEST_SKIP() << "this build has no grammar for it";
  EXPECT_EQ(check_syntax(language, sound), Syntax{});
  const auto found = check_syntax(language, broken);
  ASSERT_TRUE(found.has_value());
  EXPECT_GT(found->faults, 0U);
  ASSERT_TRUE(found->first.has_value());
  EXPECT_EQ(found->first->line, line);
  EXPECT_THAT(found->first->what, testing::AnyOf(testing::StartsWith("missing \""),
                                                 testing::StartsWith("unexpected \"")));
}

INSTANTIATE_TEST_SUITE_P(
    EachLanguage, SyntaxOf,
    testing::Values(
        Sample{Language::bash, "if true; then\n  echo a\nfi\n", "echo a\nif true; then )\n", 2},
        Sample{Language::c, "int f(void) { return 1; }\n", "int f(void) {\n  return (1;\n}\n", 2},
        Sample{Language::cpp, "template <class T> T f() { return {}; }\n",
               "struct A {\n  int f() { return g(; }\n};\n", 2},
        Sample{Language::go, "package a\n\nfunc F() int { return 1 }\n",
               "package a\n\nfunc F() int { return 1 + }\n", 3},
        Sample{Language::java, "class A { int f() { return 1; } }\n",
               "class A {\n  int f() { return 1 + ; }\n}\n", 2},
        Sample{Language::javascript, "const f = (a) => a + 1;\n", "let a = 1;\nlet b = (2;\n", 2},
        Sample{Language::lua, "local function f() return 1 end\n", "local a = 1\nlocal b = = 2\n",
               2},
        Sample{Language::php, "<?php\nfunction f() { return 1; }\n",
               "<?php\nfunction f() { return 1 +; }\n", 2},
        Sample{Language::python, "def f(a):\n    return a\n", "a = 1\nb = (2 +\n", 2},
        Sample{Language::ruby, "def f\n  1\nend\n", "a = 1\nb = (2 +)\n", 2},
        Sample{Language::rust, "fn f() -> i32 { 1 }\n", "fn f() -> i32 {\n  1 + ;\n}\n", 2},
        Sample{Language::tsx, "const a = <b>c</b>;\n", "const d = 1;\nconst a = <b>c</;\n", 2},
        Sample{Language::typescript, "let a: number = 1;\n", "let b = 1;\nlet a: = 1;\n", 2}),
    [](const auto& sample) { return std::string(name_of(sample.param.language)); });

TEST(Language, IsReadFromNameExtensionAndInterpreter) {
  EXPECT_EQ(language_of("src/a.cpp"), Language::cpp);
  EXPECT_EQ(language_of("src/A.CPP"), Language::cpp);
  EXPECT_EQ(language_of("CMakeLists.txt"), Language::other_code);
  EXPECT_EQ(language_of("docs/README"), Language::prose);
  EXPECT_EQ(language_of("bin/tool", "#!/usr/bin/env python3\n"), Language::python);
  EXPECT_EQ(language_of("bin/tool",
                        "\x7f"
                        "ELF"),
            Language::data);
  EXPECT_EQ(language_of(".gitignore"), Language::data);
  EXPECT_EQ(language_of("a.json"), Language::data);
}

}  // namespace
}  // namespace plim::index
