#include "agent/reply_watch.hpp"

#include <string>

#include <gtest/gtest.h>

namespace plim::agent {
namespace {

using Verdict = ReplyWatch::Verdict;

std::string times(std::string_view unit, int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += unit;
  return text;
}

TEST(ReplyWatch, SeesOneUnitOverAndOver) {
  EXPECT_TRUE(ReplyWatch::repeats("It begins well. " + times("I will fix it now. ", 80)));
  EXPECT_TRUE(ReplyWatch::repeats(times("/", 1300)));
  EXPECT_FALSE(ReplyWatch::repeats(times("I will fix it now. ", 40)));
  std::string table;
  for (int i = 0; i < 400; ++i) table += "| " + std::to_string(i * 7919) + " | x |\n";
  EXPECT_FALSE(ReplyWatch::repeats(table));
}

TEST(ReplyWatch, StopsAStreamThatRepeatsItself) {
  ReplyWatch watch(1U << 20U);
  auto verdict = Verdict::go_on;
  int pieces = 0;
  for (; pieces < 2000 && verdict == Verdict::go_on; ++pieces)
    verdict = watch.feed("ha, no, ", false);
  EXPECT_EQ(verdict, Verdict::repeats);
  EXPECT_LT(pieces, 250);
}

TEST(ReplyWatch, LetsACallRepeatTwiceAsMuchAsText) {
  const auto verdict_after = [](std::string_view unit, int count) {
    ReplyWatch watch(1000);
    auto verdict = Verdict::go_on;
    for (int i = 0; i < count && verdict == Verdict::go_on; ++i) verdict = watch.feed_call(unit);
    return verdict;
  };
  EXPECT_EQ(verdict_after("0x00, 0x00, ", 190), Verdict::go_on);
  EXPECT_EQ(verdict_after("0x00, 0x00, ", 230), Verdict::repeats);
}

TEST(ReplyWatch, StopsThinkingThatLeavesNoRoomForAnAnswer) {
  ReplyWatch watch(1000);
  EXPECT_EQ(watch.feed(std::string(900, 'a'), true), Verdict::go_on);
  EXPECT_EQ(watch.feed("a few words more of it than the model may have, and then some more, "
                       "which is over the thousand bytes of it",
                       true),
            Verdict::thinks_too_long);
  ReplyWatch answering(1000);
  EXPECT_EQ(answering.feed("Now.", false), Verdict::go_on);
  EXPECT_EQ(answering.feed("a thought " + std::string(100, 'b'), true), Verdict::go_on);
}

}  // namespace
}  // namespace plim::agent
