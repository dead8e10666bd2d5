#include "sys/directory.hpp"

#include <fstream>

#include <sys/stat.h>
#include <sys/xattr.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sys/append_file.hpp"
#include "sys/file_lock.hpp"
#include "sys/put_file.hpp"
#include "sys/temp_dir.hpp"
#include "sys/test_child.hpp"

namespace plim::sys {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

class DirectoryTest : public testing::Test {
 protected:
  void write(const std::string& path, std::string_view bytes) const {
    fs::create_directories((root() / path).parent_path());
    std::ofstream(root() / path, std::ios::binary) << bytes;
  }
  std::string read(const std::string& path) const {
    std::ifstream in(root() / path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  std::vector<std::string> names(const std::string& path) const {
    std::vector<std::string> names;
    for (const auto& entry : directory_.entries(path).value()) names.push_back(entry.name);
    return names;
  }
  template <class T>
  static Errc code(const Result<T>& result) {
    return result ? Errc::internal : result.error().code;
  }
  fs::path root() const { return temp_.path() / "root"; }

  TempDir temp_ = TempDir::make(fs::temp_directory_path(), "plim-test").value();
  Directory directory_ = Directory::open_private(temp_.path() / "root").value();
};

TEST_F(DirectoryTest, ReadsAFileWithItsStat) {
  write("a/b.txt", std::string("x\0y", 3));
  fs::permissions(root() / "a/b.txt", fs::perms{0640});
  const auto content = directory_.read("a/b.txt", 3);
  ASSERT_TRUE(content) << content.error().message;
  EXPECT_EQ(content->bytes, std::string("x\0y", 3));
  EXPECT_EQ(content->stat, directory_.stat("a/b.txt").value());
  EXPECT_EQ(content->stat.mode, 0640U);
  EXPECT_EQ(content->stat.size, 3U);
}

TEST_F(DirectoryTest, RefusesToReadMoreThanTheLimit) {
  write("big", "1234");
  EXPECT_EQ(code(directory_.read("big", 3)), Errc::capacity);
  EXPECT_EQ(directory_.read("big", 4).value().bytes, "1234");
}

TEST_F(DirectoryTest, ReadsThroughLinksThatStayBeneathAndNoOthers) {
  write("real.txt", "inside");
  write("../outside.txt", "outside");
  fs::create_symlink("real.txt", root() / "good");
  fs::create_symlink("../outside.txt", root() / "relative_escape");
  fs::create_symlink(temp_.path() / "outside.txt", root() / "absolute_escape");
  fs::create_symlink("/proc/self/root", root() / "magic");
  fs::create_directory_symlink("..", root() / "up");
  EXPECT_EQ(directory_.read("good", 99).value().bytes, "inside");
  EXPECT_EQ(directory_.real_path("good").value(), "real.txt");
  for (const std::string path : {"relative_escape", "absolute_escape", "magic/etc/hostname",
                                 "up/outside.txt", "../outside.txt", "/etc/hostname"}) {
    EXPECT_EQ(code(directory_.read(path, 99)), Errc::denied) << path;
  }
}

TEST_F(DirectoryTest, NeverOpensAFifoOrADevice) {
  ASSERT_EQ(::mkfifo((root() / "fifo").c_str(), 0600), 0);
  EXPECT_EQ(code(directory_.read("fifo", 99)), Errc::invalid);
  EXPECT_EQ(code(directory_.read(".", 99)), Errc::invalid);
  EXPECT_EQ(code(Directory::open("/dev").value().read("null", 99)), Errc::invalid);
}

TEST_F(DirectoryTest, WritesThroughNoLinkAtAll) {
  write("real/a.txt", "old");
  write("../outside.txt", "outside");
  fs::create_directory_symlink("real", root() / "linked");
  fs::create_symlink("real/a.txt", root() / "file_link");
  fs::create_symlink("../new.txt", root() / "dangling");
  const auto stat = directory_.stat("real/a.txt").value();
  EXPECT_EQ(code(directory_.replace("linked/a.txt", "new", stat)), Errc::denied);
  EXPECT_EQ(code(directory_.replace("file_link", "new", stat)), Errc::conflict);
  EXPECT_EQ(code(directory_.create("linked/b.txt", "new", 0644)), Errc::denied);
  EXPECT_EQ(code(directory_.create("dangling", "new", 0644)), Errc::conflict);
  EXPECT_EQ(code(directory_.remove("linked/a.txt")), Errc::denied);
  EXPECT_EQ(code(directory_.make_directories("linked/deep", 0755)), Errc::denied);
  EXPECT_EQ(code(directory_.create("../b.txt", "new", 0644)), Errc::denied);
  EXPECT_EQ(read("real/a.txt"), "old");
  EXPECT_FALSE(fs::exists(temp_.path() / "new.txt"));
}

TEST_F(DirectoryTest, CreatesOnlyWhatIsNotThere) {
  const auto stat = directory_.create("new.txt", "hello", 0600);
  ASSERT_TRUE(stat) << stat.error().message;
  EXPECT_EQ(*stat, directory_.stat("new.txt").value());
  EXPECT_EQ(stat->mode, 0600U);
  EXPECT_EQ(code(directory_.create("new.txt", "again", 0600)), Errc::conflict);
  EXPECT_EQ(code(directory_.create("missing/new.txt", "x", 0600)), Errc::not_found);
  EXPECT_EQ(read("new.txt"), "hello");
  EXPECT_THAT(names("."), ElementsAre("new.txt"));
}

TEST_F(DirectoryTest, ReplacesAFileAndKeepsItsModeAndAttributes) {
  write("tool.sh", "old");
  fs::permissions(root() / "tool.sh", fs::perms{0750});
  const bool has_attributes =
      ::setxattr((root() / "tool.sh").c_str(), "user.origin", "me", 2, 0) == 0;
  const auto stat = directory_.replace("tool.sh", "new!", directory_.stat("tool.sh").value());
  ASSERT_TRUE(stat) << stat.error().message;
  EXPECT_EQ(read("tool.sh"), "new!");
  EXPECT_EQ(stat->mode, 0750U);
  char value[2] = {};
  EXPECT_EQ(::getxattr((root() / "tool.sh").c_str(), "user.origin", value, 2),
            has_attributes ? 2 : -1);
  EXPECT_THAT(names("."), ElementsAre("tool.sh"));
}

TEST_F(DirectoryTest, PutsAFileWhetherThereIsOneOrNot) {
  ASSERT_TRUE(put_file(directory_, "a.txt", "old", 0600));
  EXPECT_EQ(read("a.txt"), "old");
  ASSERT_TRUE(put_file(directory_, "a.txt", "new", 0600));
  EXPECT_EQ(read("a.txt"), "new");
  EXPECT_THAT(names("."), ElementsAre("a.txt"));
  EXPECT_EQ(code(put_file(directory_, "../out.txt", "x", 0600)), Errc::denied);
}

TEST_F(DirectoryTest, SplitsAHardLinkInsteadOfChangingBothNames) {
  write("a", "old");
  fs::create_hard_link(root() / "a", root() / "b");
  ASSERT_TRUE(directory_.replace("a", "new", directory_.stat("a").value()));
  EXPECT_EQ(read("a") + read("b"), "newold");
}

TEST_F(DirectoryTest, DoesNotReplaceAFileThatChangedMeanwhile) {
  write("a", "old");
  const auto before = directory_.stat("a").value();
  write("a", "user's");
  EXPECT_EQ(code(directory_.replace("a", "mine", before)), Errc::conflict);
  fs::remove(root() / "a");
  EXPECT_EQ(code(directory_.replace("a", "mine", before)), Errc::conflict);
  fs::create_directory(root() / "a");
  EXPECT_EQ(code(directory_.replace("a", "mine", before)), Errc::conflict);
  EXPECT_THAT(names("."), ElementsAre("a"));
}

TEST_F(DirectoryTest, MakesMissingDirectoriesAndSaysWhich) {
  fs::create_directory(root() / "a");
  EXPECT_THAT(directory_.make_directories("a/b/c", 0755).value(), ElementsAre("a/b", "a/b/c"));
  EXPECT_THAT(directory_.make_directories("a/b/c", 0755).value(), ElementsAre());
  EXPECT_THAT(directory_.make_directories(".", 0755).value(), ElementsAre());
  EXPECT_TRUE(directory_.remove_empty_directory("a/b/c"));
  write("a/file", "");
  EXPECT_FALSE(directory_.remove_empty_directory("a"));
  EXPECT_EQ(code(directory_.make_directories("a/file/x", 0755)), Errc::not_found);
}

TEST_F(DirectoryTest, ListsEntriesSortedWithTheirKinds) {
  write("b", "");
  write("a/x", "");
  fs::create_symlink("b", root() / "c");
  ASSERT_EQ(::mkfifo((root() / "d").c_str(), 0600), 0);
  EXPECT_THAT(
      directory_.entries(".").value(),
      ElementsAre(DirectoryEntry{"a", FileKind::directory}, DirectoryEntry{"b", FileKind::regular},
                  DirectoryEntry{"c", FileKind::symlink}, DirectoryEntry{"d", FileKind::other}));
}

TEST_F(DirectoryTest, RefusesPathsThatNameNoFile) {
  using namespace std::string_literals;
  for (const std::string& path : {""s, "."s, ".."s, "a/"s, "a/.."s, "/"s}) {
    EXPECT_FALSE(directory_.create(path, "x", 0600)) << path;
  }
  EXPECT_EQ(code(directory_.read("a\0b"s, 9)), Errc::invalid);
}

// The race a sandboxed command could run against the editor outside: a directory that is now
// real, now a link to the outside.
TEST_F(DirectoryTest, NeverEscapesWhileADirectoryIsSwappedForALink) {
  write("../secret/a.txt", "secret");
  write("dir/a.txt", "inside");
  fs::create_directory_symlink("../secret", root() / "link");
  std::jthread swapper([&](const std::stop_token& stop) {
    std::error_code ignored;
    while (!stop.stop_requested()) {
      fs::rename(root() / "dir", root() / "away", ignored);
      fs::rename(root() / "link", root() / "dir", ignored);
      fs::rename(root() / "dir", root() / "link", ignored);
      fs::rename(root() / "away", root() / "dir", ignored);
    }
  });
  for (int i = 0; i < 2000; ++i) {
    const auto content = directory_.read("dir/a.txt", 99);
    if (!content) continue;
    ASSERT_NE(content->bytes, "secret");
    static_cast<void>(directory_.replace("dir/a.txt", "inside", content->stat));
  }
  swapper.request_stop();
  swapper.join();
  EXPECT_EQ(read("../secret/a.txt"), "secret");
}

TEST_F(DirectoryTest, LeavesTheOldOrTheNewBytesWhenKilled) {
  const std::string old_bytes(200'000, 'o');
  const std::string new_bytes(300'000, 'n');
  write("a", old_bytes);
  for (unsigned round = 0; round < 25; ++round) {
    const std::string before = read("a");
    kill_at_some_point(
        [&] {
          for (bool to_new = true;; to_new = !to_new) {
            const auto stat = directory_.stat("a");
            if (!stat || !directory_.replace("a", to_new ? new_bytes : old_bytes, *stat)) return;
          }
        },
        [&] { return read("a") != before; }, round);
    const std::string now = read("a");
    ASSERT_TRUE(now == old_bytes || now == new_bytes) << now.size();
  }
  for (const std::string& name : names(".")) EXPECT_TRUE(name == "a" || is_temporary_name(name));
}

TEST_F(DirectoryTest, LocksOutASecondProcessAndNamesTheFirst) {
  auto lock = std::make_unique<Result<FileLock>>(FileLock::try_acquire(directory_, "lock"));
  ASSERT_TRUE(*lock);
  const auto second = FileLock::try_acquire(directory_, "lock");
  EXPECT_EQ(code(second), Errc::conflict);
  EXPECT_THAT(second.error().message, HasSubstr(std::to_string(::getpid())));
  lock.reset();
  EXPECT_TRUE(FileLock::acquire(directory_, "lock"));
}

TEST_F(DirectoryTest, AppendsReadsBackAndTruncates) {
  auto file = AppendFile::open(directory_, "log").value();
  ASSERT_TRUE(file.append("one\n"));
  ASSERT_TRUE(AppendFile::open(directory_, "log").value().append("two\n"));
  EXPECT_EQ(file.read(2, 4).value(), "e\ntw");
  ASSERT_TRUE(file.truncate(4));
  ASSERT_TRUE(file.append("three\n"));
  ASSERT_TRUE(file.sync());
  EXPECT_EQ(read("log"), "one\nthree\n");
  EXPECT_EQ(directory_.stat("log").value().mode, 0600U);
}

TEST_F(DirectoryTest, KeepsScratchBytesWithoutAName) {
  auto scratch = ScratchFile::make(directory_).value();
  EXPECT_EQ(scratch.append("abc").value(), 0U);
  EXPECT_EQ(scratch.append("defg").value(), 3U);
  EXPECT_EQ(scratch.read(3, 4).value(), "defg");
  EXPECT_EQ(scratch.append("h").value(), 7U);
  EXPECT_THAT(names("."), ElementsAre());
}

TEST_F(DirectoryTest, LeavesTheOriginalWhenThereIsNoRoom) {
  write("a", "original");
  const auto before = directory_.stat("a").value();
  EXPECT_EQ(run_in_child([&] {
              limit_file_size(4096);
              return code(directory_.replace("a", std::string(100'000, 'x'), before)) ==
                             Errc::capacity
                         ? 0
                         : 1;
            }),
            0);
  EXPECT_EQ(read("a"), "original");
  EXPECT_THAT(names("."), ElementsAre("a"));
}

TEST_F(DirectoryTest, TakesBackAPartlyAppendedLine) {
  ASSERT_TRUE(AppendFile::open(directory_, "log").value().append("whole\n"));
  EXPECT_EQ(run_in_child([&] {
              limit_file_size(4096);
              auto file = AppendFile::open(directory_, "log").value();
              return code(file.append(std::string(100'000, 'x'))) == Errc::capacity ? 0 : 1;
            }),
            0);
  EXPECT_EQ(read("log"), "whole\n");
}

}  // namespace
}  // namespace plim::sys
