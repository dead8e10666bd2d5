#include "sys/memory_group.hpp"

#include <fstream>

#include <gtest/gtest.h>

#include "sys/process.hpp"
#include "sys/temp_dir.hpp"

namespace plim::sys {
namespace {

namespace fs = std::filesystem;

std::string read(const fs::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

// A system as a user's session has it: the session's slice is the user's to divide, the terminal's
// scope in it holds this process.
class MemoryGroupTest : public testing::Test {
 protected:
  void put(const fs::path& file, std::string_view text) const {
    fs::create_directories((root_ / file).parent_path());
    std::ofstream(root_ / file) << text;
  }
  void SetUp() override {
    put("proc/self/cgroup", "0::/user/app/term.scope\n");
    put("sys/fs/cgroup/cgroup.controllers", "cpu memory pids\n");
    put("sys/fs/cgroup/user/app/cgroup.subtree_control", "memory pids\n");
    put("sys/fs/cgroup/user/app/term.scope/cgroup.subtree_control", "\n");
  }

  TempDir dir_ = TempDir::make("/tmp", "group").value();
  fs::path root_ = dir_.path();
};

TEST_F(MemoryGroupTest, IsMadeBesideOurOwnWhereMemoryIsHandedDown) {
  const auto group = MemoryGroup::make(root_, 3_GiB);
  ASSERT_TRUE(group) << group.error().message;
  const auto dir = group->processes().parent_path();
  EXPECT_EQ(dir.parent_path(), root_ / "sys/fs/cgroup/user/app");
  EXPECT_EQ(read(dir / "memory.max"), "3221225472");
  EXPECT_EQ(read(dir / "memory.oom.group"), "1");
  EXPECT_EQ(read(dir / "memory.swap.max"), "0");
}

TEST_F(MemoryGroupTest, IsEnteredByAChildBeforeItRuns) {
  auto group = MemoryGroup::make(root_, 3_GiB);
  ASSERT_TRUE(group) << group.error().message;
  std::ofstream(group->processes()).close();  // the kernel makes this file
  const Command command{.argv = {"/bin/cat", group->processes().string()},
                        .killed_first = true,
                        .group = group->processes()};
  const auto ran = run(command, {});
  ASSERT_TRUE(ran);
  EXPECT_EQ(ran->head, "0") << "itself";
  put("proc/42/cgroup", "0::/user/app/" + group->processes().parent_path().filename().string());
  EXPECT_TRUE(group->holds(42));
  put("proc/43/cgroup", "0::/user/app/term.scope");
  EXPECT_FALSE(group->holds(43));
  EXPECT_FALSE(group->holds(44)) << "there is none";
}

TEST_F(MemoryGroupTest, IsGoneWithTheObject) {
  fs::path dir;
  {
    const auto group = MemoryGroup::make(root_, 1_GiB);
    ASSERT_TRUE(group);
    dir = group->processes().parent_path();
    // In a real group these are the kernel's and go with it.
    for (const auto* file : {"memory.max", "memory.oom.group", "memory.swap.max"})
      fs::remove(dir / file);
  }
  EXPECT_FALSE(fs::exists(dir));
}

TEST_F(MemoryGroupTest, SaysWhatIsMissing) {
  put("sys/fs/cgroup/user/app/cgroup.subtree_control", "pids\n");
  const auto undivided = MemoryGroup::make(root_, 1_GiB);
  ASSERT_FALSE(undivided);
  EXPECT_EQ(undivided.error().code, Errc::not_found);
  put("proc/self/cgroup", "9:memory:/docker\n");
  EXPECT_EQ(MemoryGroup::make(root_, 1_GiB).error().message,
            "this process is in no control group of version 2");
  fs::remove(root_ / "sys/fs/cgroup/cgroup.controllers");
  EXPECT_EQ(MemoryGroup::make(root_, 1_GiB).error().message,
            "this system has no control groups of version 2");
}

TEST(MemoryGroup, OfTheRealSystemKillsWhatTakesMore) {
  const auto group = MemoryGroup::make("/", 64_MiB);
  if (!group) GTEST_SKIP() << group.error().message;
  const auto ran = run({.argv = {"/bin/sh", "-c", "x=$(head -c 300000000 /dev/zero | tr '\\0' a)"},
                        .group = group->processes()},
                       {});
  ASSERT_TRUE(ran);
  EXPECT_NE(ran->status.code, 0);
}

}  // namespace
}  // namespace plim::sys
