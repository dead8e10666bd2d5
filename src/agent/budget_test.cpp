#include "agent/budget.hpp"

#include <gtest/gtest.h>

namespace plim::agent {
namespace {

chat::Usage usage(std::int64_t prompt, std::int64_t completion = 0) {
  return {.prompt = {prompt}, .cached = {}, .completion = {completion}};
}

chat::Message result(std::size_t bytes) {
  return {.role = chat::Role::tool, .content = std::string(bytes, 'x'), .tool_call_id = "c"};
}

TEST(TextCost, IsHigherForDigitsAndOtherScripts) {
  EXPECT_EQ(text_cost(std::string(3300, 'x')), Tokens{1001});
  EXPECT_EQ(text_cost(std::string(1000, '7')), Tokens{1001});
  std::string chinese;
  for (int i = 0; i < 1000; ++i) chinese += "\xE4\xB8\xAD";
  EXPECT_EQ(text_cost(chinese), Tokens{1501});
}

TEST(Budget, KeepsAReserveForTheReply) {
  EXPECT_EQ(Budget({8192}).reply_reserve(), Tokens{1365});
  EXPECT_EQ(Budget({131072}).reply_reserve(), Tokens{4096});
  EXPECT_EQ(Budget({300}).reply_reserve(), Tokens{150});
}

TEST(Budget, CapsAToolResultByWhatIsLeft) {
  Budget budget({8192});
  EXPECT_EQ(budget.tool_result(), Tokens{1024});
  budget.correct(usage(6500, 100), {6500});
  EXPECT_EQ(budget.tool_result(), Tokens{8192 - 6600 - 1365});
  budget.correct(usage(8000, 100), {8000});
  EXPECT_EQ(budget.tool_result(), Tokens{0});
  EXPECT_EQ(budget.tool_result_bytes(), 256U);
}

TEST(Budget, LearnsFromTheServerWhatTextCosts) {
  Budget budget({16384});
  budget.correct(usage(1500), {1000});
  EXPECT_EQ(budget.real({1000}), Tokens{1501});
  const auto before = budget.used();
  budget.add(result(3300));
  EXPECT_EQ(budget.used() - before, Tokens{1514});
  EXPECT_TRUE(budget.fits(std::string(3300, 'x'), {1502}));
  EXPECT_FALSE(budget.fits(std::string(3300, 'x'), {1500}));
}

TEST(Budget, BelievesTheNumbersOfAnOverflow) {
  Budget budget({32768});
  budget.correct({9000}, {8192}, {6000});
  EXPECT_EQ(budget.context(), Tokens{8192});
  EXPECT_EQ(budget.used(), Tokens{9000});
  EXPECT_EQ(budget.reply_cap(), Tokens{8192 - 9000});
  EXPECT_EQ(budget.real({100}), Tokens{151});
}

TEST(Budget, LooksUpFifteenPerCentAndNothingInASmallContext) {
  EXPECT_EQ(Budget(Tokens{4096}).retrieved(), Tokens{});
  EXPECT_EQ(Budget(Tokens{8192}).retrieved(), Tokens{1200});
  EXPECT_EQ(Budget(Tokens{16384}).retrieved(), Tokens{2400});
  EXPECT_EQ(Budget(Tokens{131072}).retrieved(), Tokens{6000});
}

TEST(Budget, IsTightWhenNoUsefulResultFits) {
  Budget budget({12000});
  budget.correct(usage(8990), {8990});
  EXPECT_FALSE(budget.is_tight());
  budget.correct(usage(9010), {9010});
  EXPECT_TRUE(budget.is_tight());
}

TEST(Account, AddsUpToTheContext) {
  for (const std::int64_t prompt : {100, 1200, 5000, 8100}) {
    Budget budget({8192});
    budget.correct(usage(prompt, 60), {1500});
    const auto use = budget.account({.system = {300}, .tools = {600}, .project = {150}});
    EXPECT_EQ(use.used(), Tokens{prompt + 60});
    EXPECT_EQ(use.used() + use.reserve + use.left, use.size) << prompt;
    for (const auto row : {use.system, use.tools, use.project, use.history}) {
      EXPECT_GE(row, Tokens{0}) << prompt;
    }
  }
}

}  // namespace
}  // namespace plim::agent
