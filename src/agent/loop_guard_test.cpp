#include "agent/loop_guard.hpp"

#include <gtest/gtest.h>

namespace plim::agent {
namespace {

using Verdict = LoopGuard::Verdict;

const chat::ToolCall a{"1", "read", R"({"path":"a"})"};
const chat::ToolCall b{"2", "read", R"({"path":"b"})"};
const chat::ToolResult same{"1", "text", false};

TEST(LoopGuard, WarnsAtTheThirdSameCallAndStopsAtTheFifth) {
  LoopGuard guard;
  EXPECT_EQ(guard.observe(a, same), Verdict::go_on);
  EXPECT_EQ(guard.observe(a, same), Verdict::go_on);
  EXPECT_EQ(guard.observe(a, same), Verdict::repeating);
  EXPECT_EQ(guard.observe(a, same), Verdict::go_on);
  EXPECT_EQ(guard.observe(a, same), Verdict::stop);
}

TEST(LoopGuard, SeesTwoCallsThatAlternate) {
  LoopGuard guard;
  for (int i = 0; i < 4; ++i) {
    (void)guard.observe(a, same);
    (void)guard.observe(b, same);
  }
  EXPECT_EQ(guard.observe(a, same), Verdict::stop);
}

TEST(LoopGuard, LetsTheSameCallPassWhenItsResultChanges) {
  LoopGuard guard;
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(guard.observe(a, {"1", std::to_string(i), false}), Verdict::go_on);
  }
}

TEST(LoopGuard, ForgetsWhenReset) {
  LoopGuard guard;
  (void)guard.observe(a, same);
  (void)guard.observe(a, same);
  guard.reset();
  EXPECT_EQ(guard.observe(a, same), Verdict::go_on);
}

TEST(LoopGuard, SeesReadsThatBringNoNewLine) {
  LoopGuard guard;
  const auto read = [&](int start, const char* text) {
    const chat::ToolCall call{"1", "read", std::to_string(start)};
    return guard.observe(call, {"1", text, false}, "a.c", "h1");
  };
  EXPECT_EQ(read(1, "1\tx\n2\ty\n3\tz"), Verdict::go_on);
  EXPECT_EQ(read(2, "2\ty\n3\tz\n[lines 2-3 of 3]"), Verdict::go_on);
  EXPECT_EQ(read(3, "3\tz\n[lines 3-3 of 3]"), Verdict::go_on);
  EXPECT_EQ(read(4, "1\tx\n[lines 1-1 of 3]"), Verdict::circling);
  EXPECT_EQ(read(5, "3\tchanged"), Verdict::go_on);
  guard.forget_shown();
  EXPECT_EQ(read(6, "1\tx"), Verdict::go_on);
}

TEST(LoopGuard, SeesEditsThatUndoOneAnother) {
  LoopGuard guard;
  int number = 0;
  const auto edit = [&](const char* hash) {
    const chat::ToolCall call{"1", "edit", std::to_string(++number)};
    return guard.observe(call, {"1", "edited", false}, "a.c", hash);
  };
  (void)guard.observe(a, same, "a.c", "A");
  EXPECT_EQ(edit("B"), Verdict::go_on);
  EXPECT_EQ(edit("A"), Verdict::go_on);  // taking one's own edit back is no circle
  EXPECT_EQ(edit("B"), Verdict::circling);
  EXPECT_EQ(edit("C"), Verdict::go_on);
  EXPECT_EQ(edit("A"), Verdict::go_on);
  EXPECT_EQ(edit("B"), Verdict::stop);
}

}  // namespace
}  // namespace plim::agent
