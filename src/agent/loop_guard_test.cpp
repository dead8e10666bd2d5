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
  EXPECT_EQ(guard.observe(a, same), Verdict::warn);
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

}  // namespace
}  // namespace plim::agent
