#include "workspace/walk.hpp"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sys/test_child.hpp"
#include "workspace/glob.hpp"
#include "workspace/ignore.hpp"
#include "workspace/test_project.hpp"

namespace plim::workspace {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class WalkTest : public testing::Test {
 protected:
  std::vector<std::string> files(const std::string& under = ".") {
    std::vector<std::string> found;
    end_ = walk(project_.directory(), under, limits_, [&](const std::string& path) {
             found.push_back(path);
             return true;
           }).value();
    return found;
  }

  TestProject project_;
  WalkLimits limits_;
  WalkEnd end_;
};

TEST_F(WalkTest, FindsRegularFilesInByteOrderOfTheirPaths) {
  for (const auto* path : {"b.c", "a/x", "a.c", "a-b", "z/y/x", ".github/ci.yml"}) {
    project_.write(path, "");
  }
  EXPECT_THAT(files(), ElementsAre(".github/ci.yml", "a-b", "a.c", "a/x", "b.c", "z/y/x"));
  EXPECT_EQ(end_, WalkEnd{});
}

TEST_F(WalkTest, LeavesOutGitLinksSpecialAndTemporaryFiles) {
  project_.write(".git/config", "");
  project_.write("sub/.git", "gitdir: elsewhere");
  project_.write(".plim-tmp-0123456789abcdef", "");
  project_.write("real/a", "");
  std::filesystem::create_directory_symlink("real", project_.root() / "loop");
  std::filesystem::create_directory_symlink("..", project_.root() / "real/up");
  std::filesystem::create_symlink("real/a", project_.root() / "link");
  ASSERT_TRUE(sys::make_fifo(project_.root() / "fifo"));
  EXPECT_THAT(files(), ElementsAre("real/a"));
}

TEST_F(WalkTest, ObeysNestedIgnoreFilesInnermostFirst) {
  project_.write(".gitignore", "*.log\n/build/\n!keep.log\n");
  project_.write("a.log", "");
  project_.write("keep.log", "");
  project_.write("build/x", "");
  project_.write("src/build/y", "");
  project_.write("src/.gitignore", "!b.log\nkeep.log\n");
  project_.write("src/b.log", "");
  project_.write("src/keep.log", "");
  EXPECT_THAT(files(),
              ElementsAre(".gitignore", "keep.log", "src/.gitignore", "src/b.log", "src/build/y"));
  EXPECT_THAT(files("src"), ElementsAre("src/.gitignore", "src/b.log", "src/build/y"));
}

TEST_F(WalkTest, ObeysDotIgnoreAndGitsExcludeFile) {
  project_.write(".git/info/exclude", "secret\n");
  project_.write(".gitignore", "generated\n");
  project_.write(".ignore", "!generated\nassets/\n");
  project_.write("generated", "");
  project_.write("secret", "");
  project_.write("assets/a", "");
  EXPECT_THAT(files(), ElementsAre(".gitignore", ".ignore", "generated"));
}

TEST_F(WalkTest, GoesWhereItIsSentEvenIfThatIsIgnored) {
  project_.write(".gitignore", "build/\n");
  project_.write("build/a.txt", "");
  EXPECT_THAT(files("build"), ElementsAre("build/a.txt"));
  EXPECT_THAT(files("build/a.txt"), ElementsAre("build/a.txt"));
}

TEST_F(WalkTest, StopsAtItsLimitsAndSaysSo) {
  for (int i = 0; i < 9; ++i) project_.write(std::format("f{}", i), "");
  limits_.max_files = 3;
  EXPECT_THAT(files(), ElementsAre("f0", "f1", "f2"));
  EXPECT_TRUE(end_.cut);
  limits_ = {.max_entries = 2};
  EXPECT_THAT(files(), ElementsAre("f0", "f1"));
  EXPECT_TRUE(end_.cut);
  project_.write("d/d/d/x", "");
  limits_ = {.max_depth = 2};
  EXPECT_EQ(files("d"), (std::vector<std::string>{"d/d/d/x"}));
  limits_ = {.max_depth = 1};
  EXPECT_THAT(files("d"), IsEmpty());
  EXPECT_TRUE(end_.cut);
}

TEST_F(WalkTest, StopsWhenTheVisitorHasEnough) {
  for (int i = 0; i < 5; ++i) project_.write(std::format("d{}/f", i), "");
  int calls = 0;
  const auto end =
      walk(project_.directory(), ".", {}, [&](const std::string&) { return ++calls < 2; });
  EXPECT_EQ(calls, 2);
  EXPECT_EQ(end, Result<WalkEnd>(WalkEnd{}));
}

TEST_F(WalkTest, FailsForAFolderThatIsNotThere) {
  const auto end =
      walk(project_.directory(), "nowhere", {}, [](const std::string&) { return true; });
  ASSERT_FALSE(end);
  EXPECT_EQ(end.error().code, Errc::not_found);
}

TEST(Glob, MatchesOnePathComponent) {
  struct Case {
    std::string_view pattern;
    std::string_view name;
    bool matches;
  };
  for (const auto& [pattern, name, matches] : std::vector<Case>{
           {"a", "a", true},           {"a", "b", false},           {"*", "", true},
           {"*.c", "x.c", true},       {"*.c", "x.cc", false},      {"a*b*c", "aXbYbZc", true},
           {"a?c", "abc", true},       {"a?c", "ac", false},        {"[a-c]x", "bx", true},
           {"[!a-c]x", "bx", false},   {"[^a]x", "bx", true},       {"[]x]", "]", true},
           {"[a", "[a", true},         {"\\*", "*", true},          {"\\*", "x", false},
           {"[[:digit:]]", "7", true}, {"[[:digit:]]", "x", false}, {"[a-]", "-", true},
           {"x\\", "x\\", true},       {"*[0-9]", "a7", true},      {"**", "anything", true},
           {"b[a-c]", "bd", false},    {"x\\y", "xy", true},        {"*z", "za", false}}) {
    EXPECT_EQ(glob_matches(pattern, name), matches) << pattern << " " << name;
  }
}

TEST(Glob, TakesNoExponentialTime) {
  std::string pattern;
  for (int i = 0; i < 2000; ++i) pattern += "*a";
  EXPECT_FALSE(glob_matches(pattern + "b*a", std::string(4000, 'a')));
}

TEST(IgnoreFile, FollowsTheManual) {
  struct Case {
    std::string_view rule;
    std::string_view path;
    bool is_directory;
    bool ignored;
  };
  for (const auto& [rule, path, is_directory, ignored] :
       std::vector<Case>{{"foo", "foo", false, true},
                         {"foo", "a/b/foo", false, true},
                         {"foo/", "foo", false, false},
                         {"foo/", "a/foo", true, true},
                         {"/foo", "a/foo", false, false},
                         {"/foo", "foo", false, true},
                         {"a/foo", "b/a/foo", false, false},
                         {"a/foo", "a/foo", false, true},
                         {"**/foo", "x/y/foo", false, true},
                         {"**/foo", "foo", false, true},
                         {"foo/**", "foo", true, false},
                         {"foo/**", "foo/a/b", false, true},
                         {"a/**/b", "a/b", false, true},
                         {"a/**/b", "a/x/y/b", false, true},
                         {"a/**/b", "a/x/y/c", false, false},
                         {"*.o", "deep/er/x.o", false, true},
                         {"a/*", "a/b/c", false, false},
                         {"a/*", "a/b", true, true},
                         {"# comment", "# comment", false, false},
                         {"\\#x", "#x", false, true},
                         {"\\!x", "!x", false, true},
                         {"trail  ", "trail", false, true},
                         {"trail\\ ", "trail ", false, true},
                         {"", "x", false, false},
                         {"/", "x", true, false},
                         {"!", "x", false, false},
                         {"dos\r\n", "dos", false, true}}) {
    const std::vector<IgnoreFile> files{IgnoreFile("", rule)};
    EXPECT_EQ(is_ignored(files, path, is_directory), ignored) << rule << " " << path;
  }
}

TEST(IgnoreFile, LetsTheLastMatchingPatternDecide) {
  const IgnoreFile file("sub", "*.c\n!main.c\n/main.c\n");
  EXPECT_EQ(file.ignores("sub/x.c", false), true);
  EXPECT_EQ(file.ignores("sub/deep/main.c", false), false);
  EXPECT_EQ(file.ignores("sub/main.c", false), true);
  EXPECT_EQ(file.ignores("sub/x.h", false), std::nullopt);
}

}  // namespace
}  // namespace plim::workspace
