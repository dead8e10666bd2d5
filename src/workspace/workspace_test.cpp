#include "workspace/workspace.hpp"

#include <chrono>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sys/test_child.hpp"
#include "workspace/test_project.hpp"

namespace plim::workspace {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

class WorkspaceTest : public testing::Test {
 protected:
  Workspace open() const { return Workspace::open(project_.root(), project_.state()).value(); }

  template <class T>
  static std::string failure(const Result<T>& result) {
    if (result) return "success";
    return std::format("{}: {}", to_string(result.error().code), result.error().message);
  }

  TestProject project_;
  Workspace workspace_ = open();
};

TEST_F(WorkspaceTest, RefusesRootsThatAreNoProject) {
  const auto open_failure = [&](const fs::path& root) {
    return failure(Workspace::open(root, project_.state(), {project_.root()}));
  };
  EXPECT_THAT(open_failure("/"), StartsWith("denied"));
  EXPECT_THAT(open_failure(project_.root()), StartsWith("denied"));
  EXPECT_THAT(open_failure(project_.root() / ".." / "project"), StartsWith("denied"));
  EXPECT_THAT(open_failure(project_.root() / "missing"), StartsWith("not found"));
}

TEST_F(WorkspaceTest, KeepsItsUndoStoreFromOtherUsers) {
  for (const auto& entry : fs::recursive_directory_iterator(project_.state())) {
    EXPECT_EQ(entry.status().permissions() & fs::perms{077}, fs::perms::none) << entry.path();
  }
}

TEST_F(WorkspaceTest, TidiesPathsAndRefusesThoseThatLeave) {
  using namespace std::string_literals;
  EXPECT_EQ(workspace_.relative("./a//b/./c/"), Result<std::string>("a/b/c"));
  EXPECT_EQ(workspace_.relative((workspace_.root() / "a.c").string()), Result<std::string>("a.c"));
  EXPECT_EQ(workspace_.relative("."), Result<std::string>("."));
  EXPECT_THAT(failure(workspace_.relative("")), StartsWith("invalid"));
  EXPECT_THAT(failure(workspace_.relative("a\0b"s)), StartsWith("invalid"));
  EXPECT_THAT(failure(workspace_.relative("../a")), StartsWith("denied"));
  EXPECT_THAT(failure(workspace_.relative("a/../../b")), StartsWith("denied"));
  EXPECT_THAT(failure(workspace_.relative("/etc/passwd")), StartsWith("denied"));
  EXPECT_THAT(failure(workspace_.relative(workspace_.root().string() + "x/a")),
              StartsWith("denied"));
}

TEST_F(WorkspaceTest, ReadsTextAndNamesWhatIsNone) {
  project_.write("a.txt", "x\r\ny");
  const auto file = workspace_.read("./a.txt").value();
  EXPECT_EQ(file.path + ":" + file.text(), "a.txt:x\ny");
  EXPECT_EQ(file.traits, (TextTraits{.ending = LineEnding::crlf}));
  using namespace std::string_literals;
  project_.write("logo.png", "\x89PNG\0\0"s);
  EXPECT_EQ(failure(workspace_.read("logo.png")), "invalid: logo.png is a binary file of 6 B");
  EXPECT_EQ(failure(workspace_.read(".")), "invalid: . is a folder");
  ASSERT_TRUE(sys::make_fifo(project_.root() / "fifo"));
  EXPECT_THAT(failure(workspace_.read("fifo")), StartsWith("invalid"));
}

TEST_F(WorkspaceTest, SuggestsThePathThatWasMeant) {
  project_.write("src/util.py", "");
  project_.write("src/Main.py", "");
  project_.write("docs/guide.md", "");
  EXPECT_EQ(failure(workspace_.read("util.py")),
            "not found: there is no file util.py; did you mean src/util.py");
  EXPECT_THAT(failure(workspace_.read("src/main.py")), HasSubstr("did you mean src/Main.py"));
  EXPECT_THAT(failure(workspace_.read("src/utli.py")), HasSubstr("did you mean src/util.py"));
  EXPECT_EQ(failure(workspace_.read("nothing.like.it")),
            "not found: there is no file nothing.like.it");
}

TEST_F(WorkspaceTest, EditsAFileAndUndoesItByteForByte) {
  project_.write("a.py", "x = 1\r\ny = 2");
  fs::permissions(project_.root() / "a.py", fs::perms{0750});
  const auto change = workspace_.edit_text("a.py", "x = 1", "x = 3");
  ASSERT_TRUE(change) << failure(change);
  EXPECT_EQ(*change, (Change{.path = "a.py",
                             .diff = "--- a/a.py\n+++ b/a.py\n@@ -1,2 +1,2 @@\n-x = 1\r\n+x = "
                                     "3\r\n y = 2\n\\ No newline at end of file\n",
                             .added = 1,
                             .removed = 1,
                             .first_line = 1,
                             .last_line = 1}));
  EXPECT_EQ(project_.read("a.py"), "x = 3\r\ny = 2");
  EXPECT_EQ(project_.directory().stat("a.py").value().mode, 0750U);
  EXPECT_EQ(workspace_.undo().value(), (UndoReport{.task = "task", .restored = {"a.py"}}));
  EXPECT_EQ(project_.read("a.py"), "x = 1\r\ny = 2");
  EXPECT_EQ(project_.directory().stat("a.py").value().mode, 0750U);
  EXPECT_EQ(workspace_.undo().value(), UndoReport{});
}

TEST_F(WorkspaceTest, CreatesFilesAndUndoRemovesThemWithTheirFolders) {
  fs::create_directory(project_.root() / "kept");
  const auto change = workspace_.create("kept/new/deep/a.txt", "one\ntwo\n");
  ASSERT_TRUE(change) << failure(change);
  EXPECT_TRUE(change->created);
  EXPECT_EQ(change->last_line, 2U);
  EXPECT_EQ(project_.read("kept/new/deep/a.txt"), "one\ntwo\n");
  EXPECT_EQ(failure(workspace_.create("kept/new/deep/a.txt", "x")),
            "conflict: kept/new/deep/a.txt exists already: read it, then edit or replace it");
  EXPECT_THAT(workspace_.undo().value().removed, ElementsAre("kept/new/deep/a.txt"));
  EXPECT_FALSE(project_.has("kept/new"));
  EXPECT_TRUE(project_.has("kept"));
}

TEST_F(WorkspaceTest, UndoKeepsAFolderThatSomeoneElseUses) {
  ASSERT_TRUE(workspace_.create("new/a.txt", "x"));
  project_.write("new/user.txt", "mine");
  EXPECT_THAT(workspace_.undo().value().removed, ElementsAre("new/a.txt"));
  EXPECT_EQ(project_.read("new/user.txt"), "mine");
}

TEST_F(WorkspaceTest, RefusesWritesThatLeaveTheProjectOrTouchGit) {
  project_.write("../outside.txt", "outside");
  project_.write("real.txt", "inside");
  project_.write(".git/config", "[core]");
  fs::create_symlink("../outside.txt", project_.root() / "escape");
  fs::create_symlink("real.txt", project_.root() / "link");
  fs::create_symlink("../new.txt", project_.root() / "dangling");
  EXPECT_THAT(failure(workspace_.edit_text("escape", "outside", "x")), StartsWith("denied"));
  EXPECT_THAT(failure(workspace_.create("dangling", "x")), StartsWith("conflict"));
  EXPECT_EQ(failure(workspace_.edit_text("link", "inside", "x")),
            "denied: link is a symbolic link; the file itself is real.txt");
  EXPECT_THAT(failure(workspace_.edit_text(".git/config", "[core]", "x")), StartsWith("denied"));
  EXPECT_THAT(failure(workspace_.create("sub/.GIT/hooks/pre-commit", "x")), StartsWith("denied"));
  EXPECT_THAT(failure(workspace_.create("..", "x")), StartsWith("denied"));
  EXPECT_EQ(project_.read("../outside.txt") + project_.read("real.txt"), "outsideinside");
}

TEST_F(WorkspaceTest, RefusesAFileThatChangedSinceItWasReadAndShowsHow) {
  project_.write("a.txt", "one\ntwo\n");
  ASSERT_TRUE(workspace_.read("a.txt"));
  project_.write("a.txt", "one\nTWO\n");
  EXPECT_EQ(failure(workspace_.edit_text("a.txt", "one", "1")),
            "conflict: a.txt was changed by someone else since it was read. What changed:\n"
            "--- a/a.txt\n+++ b/a.txt\n@@ -1,2 +1,2 @@\n one\n-two\n+TWO\n");
  EXPECT_EQ(project_.read("a.txt"), "one\nTWO\n");
  EXPECT_TRUE(workspace_.edit_text("a.txt", "one", "1"));
  EXPECT_TRUE(workspace_.edit_text("a.txt", "TWO", "2"));
  EXPECT_EQ(project_.read("a.txt"), "1\n2\n");
}

TEST_F(WorkspaceTest, EditsByLineOnlyWhatWasRead) {
  project_.write("a.txt", "one\ntwo\n");
  EXPECT_THAT(failure(workspace_.edit_lines("a.txt", 2, 2, "2")),
              StartsWith("invalid: read a.txt"));
  EXPECT_THAT(failure(workspace_.replace("a.txt", "2")), StartsWith("invalid: read a.txt"));
  ASSERT_TRUE(workspace_.read("a.txt"));
  EXPECT_TRUE(workspace_.edit_lines("a.txt", 2, 2, "2"));
  EXPECT_EQ(project_.read("a.txt"), "one\n2\n");
}

TEST_F(WorkspaceTest, ReplacesAWholeFileInItsOwnStyle) {
  project_.write("a.txt", "\xEF\xBB\xBFone\r\ntwo");
  ASSERT_TRUE(workspace_.read("a.txt"));
  const auto change = workspace_.replace("a.txt", "1\n2\n3\n");
  ASSERT_TRUE(change) << failure(change);
  EXPECT_EQ(change->last_line, 3U);
  EXPECT_EQ(project_.read("a.txt"),
            "\xEF\xBB\xBF"
            "1\r\n2\r\n3");
  EXPECT_THAT(failure(workspace_.replace("a.txt", "1\n2\n3")), HasSubstr("already"));
}

TEST_F(WorkspaceTest, LeavesReadOnlyAndBinaryFilesAlone) {
  using namespace std::string_literals;
  project_.write("a.txt", "x");
  fs::permissions(project_.root() / "a.txt", fs::perms{0444});
  project_.write("b.bin", "x\0"s);
  EXPECT_EQ(failure(workspace_.edit_text("a.txt", "x", "y")), "denied: a.txt is read-only");
  EXPECT_EQ(failure(workspace_.edit_text("b.bin", "x", "y")), "invalid: b.bin is a binary file");
}

TEST_F(WorkspaceTest, UndoesTaskByTaskNewestFirst) {
  project_.write("a.txt", "0");
  ASSERT_TRUE(workspace_.begin_task("one"));
  ASSERT_TRUE(workspace_.edit_text("a.txt", "0", "1"));
  ASSERT_TRUE(workspace_.edit_text("a.txt", "1", "2"));
  ASSERT_TRUE(workspace_.begin_task("two"));
  ASSERT_TRUE(workspace_.edit_text("a.txt", "2", "3"));
  Workspace later = open();
  EXPECT_EQ(later.undo().value(), (UndoReport{.task = "two", .restored = {"a.txt"}}));
  EXPECT_EQ(project_.read("a.txt"), "2");
  EXPECT_EQ(later.undo().value(), (UndoReport{.task = "one", .restored = {"a.txt"}}));
  EXPECT_EQ(project_.read("a.txt"), "0");
  EXPECT_THAT(failure(later.undo("three")), StartsWith("not found"));
  EXPECT_THAT(failure(later.begin_task("../x")), StartsWith("invalid"));
}

TEST_F(WorkspaceTest, NamesWhatATaskChangedUntilThatIsAsBefore) {
  project_.write("a.txt", "0");
  ASSERT_TRUE(workspace_.begin_task("one"));
  ASSERT_TRUE(workspace_.edit_text("a.txt", "0", "1"));
  ASSERT_TRUE(workspace_.create("b.txt", "b"));
  Workspace later = open();
  EXPECT_THAT(later.changed_by("one").value(), ElementsAre("a.txt", "b.txt"));
  EXPECT_THAT(later.changed_by("two").value(), IsEmpty());
  project_.write("a.txt", "0");
  EXPECT_THAT(later.changed_by("one").value(), ElementsAre("b.txt"));
  project_.write("a.txt", "another's");
  EXPECT_THAT(later.changed_by("one").value(), ElementsAre("a.txt", "b.txt"));
  project_.write("a.txt", "1");
  ASSERT_TRUE(later.undo("one"));
  EXPECT_THAT(later.changed_by("one").value(), IsEmpty());
}

TEST_F(WorkspaceTest, UndoNeverOverwritesWhatTheUserChanged) {
  project_.write("a.txt", "0");
  project_.write("b.txt", "0");
  ASSERT_TRUE(workspace_.edit_text("a.txt", "0", "1"));
  ASSERT_TRUE(workspace_.edit_text("b.txt", "0", "1"));
  project_.write("a.txt", "user");
  const UndoReport first = workspace_.undo().value();
  EXPECT_EQ(first, (UndoReport{.task = "task", .restored = {"b.txt"}, .conflicts = {"a.txt"}}));
  EXPECT_EQ(project_.read("a.txt") + project_.read("b.txt"), "user0");
  project_.write("a.txt", "1");
  EXPECT_THAT(workspace_.undo().value().restored, ElementsAre("a.txt"));
}

TEST_F(WorkspaceTest, UndoDoesNotJumpOverAUsersEditBetweenTwoOfTheAgent) {
  project_.write("a.txt", "a");
  ASSERT_TRUE(workspace_.edit_text("a.txt", "a", "b"));
  project_.write("a.txt", "user's c");
  ASSERT_TRUE(open().edit_text("a.txt", "user's c", "d"));
  EXPECT_THAT(workspace_.undo().value().conflicts, ElementsAre("a.txt"));
  EXPECT_EQ(project_.read("a.txt"), "d");
}

TEST_F(WorkspaceTest, UndoBringsBackADeletedFileOnlyIfACommandDeletedIt) {
  project_.write("a.txt", "x");
  ASSERT_TRUE(workspace_.edit_text("a.txt", "x", "y"));
  fs::remove(project_.root() / "a.txt");
  EXPECT_THAT(workspace_.undo().value().conflicts, ElementsAre("a.txt"));
}

TEST_F(WorkspaceTest, UndoSaysWhichBeforeImageIsDamaged) {
  project_.write("a.txt", "before");
  ASSERT_TRUE(workspace_.edit_text("a.txt", "before", "after"));
  for (const auto& entry : fs::recursive_directory_iterator(project_.state())) {
    if (entry.is_regular_file() && entry.path().string().contains("/blobs/")) {
      std::ofstream(entry.path()) << "rotten";
    }
  }
  EXPECT_THAT(workspace_.undo().value().lost, ElementsAre("a.txt"));
  EXPECT_EQ(project_.read("a.txt"), "after");
}

TEST_F(WorkspaceTest, UndoesWhatACommandDid) {
  project_.write("changed.txt", "before\n");
  project_.write("deleted.txt", "gone\n");
  project_.write("same.txt", "same");
  project_.write("tool.sh", "#!");
  fs::permissions(project_.root() / "tool.sh", fs::perms{0644});
  ASSERT_TRUE(workspace_.before_command());
  project_.write("changed.txt", "after\n");
  fs::remove(project_.root() / "deleted.txt");
  project_.write("same.txt", "same");
  project_.write("out/made.txt", "new\n");
  fs::permissions(project_.root() / "tool.sh", fs::perms{0755});
  const auto changes = workspace_.after_command();
  ASSERT_TRUE(changes) << failure(changes);
  std::vector<std::string> paths;
  for (const auto& change : changes->changes) paths.push_back(change.path);
  EXPECT_THAT(paths, ElementsAre("changed.txt", "deleted.txt", "out/made.txt", "tool.sh"));
  EXPECT_THAT(changes->changes[0].diff, HasSubstr("-before\n+after\n"));
  EXPECT_TRUE(changes->changes[1].deleted);
  EXPECT_TRUE(changes->changes[2].created);

  EXPECT_EQ(workspace_.undo().value(),
            (UndoReport{.task = "task",
                        .restored = {"changed.txt", "deleted.txt", "tool.sh"},
                        .removed = {"out/made.txt"}}));
  EXPECT_EQ(project_.read("changed.txt") + project_.read("deleted.txt"), "before\ngone\n");
  EXPECT_EQ(project_.directory().stat("tool.sh").value().mode, 0644U);
  EXPECT_FALSE(project_.has("out"));
}

TEST_F(WorkspaceTest, UndoesEditsAndCommandsTogether) {
  project_.write("a.txt", "0\n");
  ASSERT_TRUE(workspace_.edit_text("a.txt", "0", "1"));
  ASSERT_TRUE(workspace_.before_command());
  project_.write("a.txt", "2\n");
  ASSERT_TRUE(workspace_.after_command());
  ASSERT_TRUE(workspace_.before_command());
  project_.write("a.txt", "3\n");
  ASSERT_TRUE(workspace_.after_command());
  EXPECT_THAT(workspace_.undo().value().restored, ElementsAre("a.txt"));
  EXPECT_EQ(project_.read("a.txt"), "0\n");
}

TEST_F(WorkspaceTest, SaysWhatOfACommandCannotBeUndone) {
  project_.write("big.txt", std::string((1U << 20U) + 1, 'x'));
  project_.write(".gitignore", "hidden.txt\n");
  project_.write("hidden.txt", "the user's");
  project_.write("folder.txt", "");
  ASSERT_TRUE(workspace_.before_command());
  project_.write("big.txt", "small");
  project_.write(".gitignore", "\n");
  fs::remove(project_.root() / "folder.txt");
  fs::create_directory(project_.root() / "folder.txt");
  const auto changes = workspace_.after_command().value();
  EXPECT_THAT(changes.not_undoable, ElementsAre("big.txt", "folder.txt", "hidden.txt"));
  EXPECT_THAT(workspace_.undo().value().restored, ElementsAre(".gitignore"));
  EXPECT_EQ(project_.read("hidden.txt"), "the user's");
  EXPECT_THAT(failure(workspace_.after_command()), StartsWith("invalid"));
}

TEST_F(WorkspaceTest, WalksAsItIsTold) {
  project_.write("src/a.c", "");
  fs::create_directory_symlink("src", project_.root() / "link");
  std::vector<std::string> found;
  ASSERT_TRUE(workspace_.walk("link", {}, [&](const std::string& path) {
    found.push_back(path);
    return true;
  }));
  EXPECT_THAT(found, ElementsAre("src/a.c"));
  EXPECT_THAT(failure(workspace_.walk("scr", {}, [](const std::string&) { return true; })),
              StartsWith("not found"));
}

TEST_F(WorkspaceTest, LeavesEverythingAsItWasWhenTheDiskIsFull) {
  project_.write("a.txt", "original\n");
  EXPECT_EQ(sys::run_in_child([&] {
              sys::limit_file_size(20'000);
              const auto change =
                  workspace_.edit_text("a.txt", "original", std::string(100'000, 'x'));
              return !change && change.error().code == Errc::capacity ? 0 : 1;
            }),
            0);
  EXPECT_EQ(project_.read("a.txt"), "original\n");
  EXPECT_EQ(workspace_.undo().value(), (UndoReport{.task = "task"}));
}

// Killed at fifty moments: the file holds the bytes of one edit, whole, and an undo brings back
// the very first.
TEST_F(WorkspaceTest, CanAlwaysUndoAfterBeingKilled) {
  const auto version = [](int number) {
    return std::format("version {}\n", number) +
           std::string(5000, static_cast<char>('a' + number % 26));
  };
  int edits = 0;
  for (unsigned round = 0; round < 50; ++round) {
    const std::string task = std::format("round-{}", round);
    const std::string file = std::format("file-{}", round);
    project_.write(file, version(0));
    sys::kill_at_some_point(
        [&] {
          Workspace child = open();
          if (!child.begin_task(task)) return;
          for (int number = 1;; ++number) {
            if (!child.edit_text(file, version(number - 1), version(number))) return;
          }
        },
        [&] { return project_.read(file) != version(0); }, round);
    const std::string now = project_.read(file);
    const int number = std::atoi(now.substr(8).c_str());
    ASSERT_EQ(now, version(number));
    edits += number;
    Workspace later = open();
    const auto report = later.undo(task);
    // Killed before the first record: there is no such task.
    ASSERT_TRUE(report || number == 0) << failure(report);
    ASSERT_THAT(report.value_or(UndoReport{}).conflicts, ElementsAre());
    ASSERT_EQ(project_.read(file), version(0));
  }
  EXPECT_GE(edits, 25);
}

// Undo itself may be killed too: run again, it finishes the job.
TEST_F(WorkspaceTest, FinishesAnUndoThatWasKilled) {
  for (unsigned round = 0; round < 20; ++round) {
    const std::string task = std::format("round-{}", round);
    ASSERT_TRUE(workspace_.begin_task(task));
    for (int i = 0; i < 8; ++i) {
      const std::string file = std::format("{}-{}", i, round);
      project_.write(file, "before");
      ASSERT_TRUE(workspace_.edit_text(file, "before", "after"));
    }
    sys::kill_at_some_point([&] { static_cast<void>(open().undo(task)); },
                            [&] { return project_.read(std::format("0-{}", round)) == "before"; },
                            round);
    ASSERT_TRUE(workspace_.undo(task));
    for (int i = 0; i < 8; ++i) {
      ASSERT_EQ(project_.read(std::format("{}-{}", i, round)), "before");
    }
  }
}

TEST_F(WorkspaceTest, RemovesDraftsThatAKilledProcessLeft) {
  const auto old = project_.root() / ".plim-tmp-00000000deadbeef";
  const auto fresh = project_.root() / ".plim-tmp-00000000cafecafe";
  for (const auto& path : {old, fresh}) std::ofstream(path) << "half";
  std::filesystem::last_write_time(
      old, std::filesystem::file_time_type::clock::now() - std::chrono::hours(1));
  EXPECT_TRUE(workspace_.walk(".", {}, [](const std::string&) { return true; }));
  EXPECT_FALSE(std::filesystem::exists(old));
  EXPECT_TRUE(std::filesystem::exists(fresh));
}

TEST_F(WorkspaceTest, AsksTheCheckBeforeAnythingIsWritten) {
  std::ofstream(project_.root() / "c.txt") << "one\n";
  const Workspace::Check refuse = [](const std::string& path, std::string_view before,
                                     const Edited& edited) -> Result<void> {
    return fail(Errc::invalid, "{}: {} to {}", path, before, edited.bytes);
  };
  EXPECT_EQ(failure(workspace_.edit_text("c.txt", "one", "two", refuse)),
            "invalid: c.txt: one\n to two\n");
  EXPECT_EQ(workspace_.peek("c.txt")->bytes, "one\n");
  EXPECT_TRUE(workspace_.edit_text("c.txt", "one", "two"));
}

TEST_F(WorkspaceTest, MayEditAgainWhatItHasUndone) {
  std::ofstream(project_.root() / "u.txt") << "one\n";
  ASSERT_TRUE(workspace_.begin_task("again"));
  ASSERT_TRUE(workspace_.edit_text("u.txt", "one", "two"));
  ASSERT_TRUE(workspace_.undo("again"));
  EXPECT_TRUE(workspace_.edit_text("u.txt", "one", "three"));
}

}  // namespace
}  // namespace plim::workspace
