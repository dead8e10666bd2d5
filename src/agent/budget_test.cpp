#include "agent/budget.hpp"

#include <gtest/gtest.h>

namespace plim::agent {
namespace {

TEST(Budget, KeepsAReserveForTheReply) {
  EXPECT_EQ(Budget({8192}).reply_reserve(), Tokens{1365});
  EXPECT_EQ(Budget({131072}).reply_reserve(), Tokens{4096});
  EXPECT_EQ(Budget({300}).reply_reserve(), Tokens{150});
}

TEST(Budget, CapsAToolResultByWhatIsLeft) {
  Budget budget({8192});
  EXPECT_EQ(budget.tool_result_bytes(), 1024U * 3);
  budget.correct({.prompt = {6500}, .cached = {}, .completion = {100}}, 19500);
  EXPECT_EQ(budget.tool_result_bytes(), (8192U - 6600U - 1365U) * 3);
  budget.correct({.prompt = {8000}, .cached = {}, .completion = {100}}, 24000);
  EXPECT_EQ(budget.tool_result_bytes(), 256U);
}

TEST(Budget, LearnsTheRatioOfBytesToTokensFromTheServer) {
  Budget budget({16384});
  budget.correct({.prompt = {1000}, .cached = {}, .completion = {}}, 2000);
  budget.add(2000);
  EXPECT_EQ(budget.used(), Tokens{2001});
}

TEST(Budget, IsTightAboveThreeQuarters) {
  Budget budget({1000});
  budget.correct({.prompt = {740}, .cached = {}, .completion = {10}}, 2220);
  EXPECT_FALSE(budget.is_tight());
  budget.add(3);
  EXPECT_TRUE(budget.is_tight());
}

}  // namespace
}  // namespace plim::agent
