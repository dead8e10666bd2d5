#include "engine/drafting.hpp"

#include <gtest/gtest.h>

namespace plim::engine {
namespace {

// What `tokens` take with 10 ms per step and `guess_ms` per guessed token.
chat::Usage reply(std::int64_t tokens, std::int64_t drafted, std::int64_t accepted,
                  double guess_ms) {
  return {.completion = {tokens},
          .decode_ms = 10.0 * static_cast<double>(tokens - accepted) +
                       guess_ms * static_cast<double>(drafted),
          .drafted = {drafted},
          .accepted = {accepted}};
}

Drafting after(const std::vector<chat::Usage>& replies, int times) {
  Drafting drafting;
  for (int i = 0; i < times; ++i)
    for (const auto& one : replies) drafting.take(one);
  return drafting;
}

TEST(Drafting, CostsWhereWhatIsGuessedTakesLongerThanItSaves) {
  // Half of what is guessed is right, at 0.7 steps for each guess.
  EXPECT_TRUE(after({reply(100, 60, 30, 7), reply(80, 20, 10, 7), reply(40, 0, 0, 7)}, 4).costs());
}

TEST(Drafting, DoesNotCostWhereGuessesAreCheap) {
  EXPECT_FALSE(after({reply(100, 60, 30, 1), reply(80, 20, 10, 1), reply(40, 0, 0, 1)}, 9).costs());
  // As dear as above, but right nearly always.
  EXPECT_FALSE(after({reply(100, 60, 55, 7), reply(80, 20, 18, 7), reply(40, 0, 0, 7)}, 9).costs());
}

TEST(Drafting, CostsWhereHardlyAnyGuessIsRight) {
  EXPECT_TRUE(after({reply(100, 64, 2, 1)}, 9).costs());
}

TEST(Drafting, WaitsUntilEnoughRepliesSaySo) {
  EXPECT_FALSE(Drafting().costs());
  EXPECT_FALSE(after({reply(100, 60, 30, 7), reply(80, 20, 10, 7)}, 1).costs());
  EXPECT_FALSE(after({reply(100, 0, 0, 7)}, 50).costs());
  EXPECT_FALSE(after({reply(8, 8, 0, 7)}, 50).costs()) << "short replies say too little";
}

TEST(Drafting, DoesNotJudgeWhatItCannotTellApart) {
  EXPECT_FALSE(after({reply(100, 60, 30, 7), reply(200, 120, 60, 7)}, 9).costs());
}

TEST(Drafting, JudgesWhatItCannotTellApartByWhatWasMeasuredWithout) {
  const auto compared = [](double plain_ms) {
    Drafting drafting;
    // 70 steps and 60 guesses: 1,120 ms.
    for (int i = 0; i < 9; ++i) drafting.take(reply(100, 60, 30, 7), plain_ms);
    return drafting.costs();
  };
  EXPECT_TRUE(compared(1000));
  EXPECT_FALSE(compared(1100)) << "within what two measurements differ by";
  EXPECT_FALSE(compared(2000));
}

TEST(Drafting, ForgetsWhatWasLongAgo) {
  Drafting drafting = after({reply(100, 60, 30, 7), reply(80, 20, 10, 7), reply(40, 0, 0, 7)}, 9);
  for (int i = 0; i < 60; ++i) {
    drafting.take(reply(100, 60, 55, 1));
    drafting.take(reply(50, 10, 8, 1));
  }
  EXPECT_FALSE(drafting.costs());
}

}  // namespace
}  // namespace plim::engine
