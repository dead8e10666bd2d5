#include "engine/reply_builder.hpp"

#include <gtest/gtest.h>

namespace plim::engine {
namespace {

using chat::ToolCall;

std::vector<ToolCall> calls_of(std::vector<CallPiece> pieces, std::size_t before = 0) {
  const Sink ignore = [](const Delta&) {};
  ReplyBuilder builder(before, ignore);
  for (auto& piece : pieces) EXPECT_TRUE(builder.add({.calls = {std::move(piece)}}));
  return builder.take().message.tool_calls;
}

TEST(ReplyBuilder, PutsTextTogetherAndPassesItOn) {
  std::vector<Delta> deltas;
  const Sink keep = [&](const Delta& delta) { deltas.push_back(delta); };
  ReplyBuilder builder(0, keep);
  ASSERT_TRUE(builder.add({.progress = chat::PrefillProgress{{1}, {2}}}));
  ASSERT_TRUE(builder.add({.reasoning = "hm"}));
  ASSERT_TRUE(builder.add({.text = "a"}));
  ASSERT_TRUE(builder.add({.text = "b", .finish = chat::FinishReason::stop}));
  ASSERT_TRUE(builder.add({.usage = chat::Usage{{3}, {1}, {2}, 0, 0}}));
  EXPECT_TRUE(builder.complete());
  const auto reply = builder.take();
  EXPECT_EQ(reply.message,
            (chat::Message{.role = chat::Role::assistant, .content = "ab", .reasoning = "hm"}));
  EXPECT_EQ(reply.usage, (chat::Usage{{3}, {1}, {2}, 0, 0}));
  EXPECT_EQ(deltas,
            (std::vector<Delta>{chat::PrefillProgress{{1}, {2}}, chat::TextDelta{"hm", true},
                                chat::TextDelta{"a", false}, chat::TextDelta{"b", false}}));
}

TEST(ReplyBuilder, GrowsCallsByIndexThoughTheyInterleave) {
  EXPECT_EQ(calls_of({{0, "a", "f", ""}, {1, "b", "g", "{"}, {0, "", "", "{}"}, {1, "", "", "}"}}),
            (std::vector<ToolCall>{{"a", "f", "{}"}, {"b", "g", "{}"}}));
}

TEST(ReplyBuilder, TellsWholeCallsApartThatShareAnIndexOrHaveNone) {
  const std::vector<ToolCall> two{{"a", "f", "{}"}, {"b", "f", "{}"}};
  EXPECT_EQ(calls_of({{0, "a", "f", "{}"}, {0, "b", "f", "{}"}}), two);
  EXPECT_EQ(calls_of({{{}, "a", "f", "{}"}, {{}, "b", "f", "{}"}}), two);
  EXPECT_EQ(calls_of({{{}, "", "f", "{}"}, {{}, "", "f", "{}"}}),
            (std::vector<ToolCall>{{"call_1", "f", "{}"}, {"call_2", "f", "{}"}}));
}

TEST(ReplyBuilder, CountsMissingIdsOnFromTheTranscript) {
  EXPECT_EQ(
      calls_of({{0, "", "f", "{}"}, {1, "x", "g", ""}, {2, "", "h", "oops"}}, 4),
      (std::vector<ToolCall>{{"call_5", "f", "{}"}, {"x", "g", ""}, {"call_7", "h", "oops"}}));
}

TEST(ReplyBuilder, SaysToolCallsWhateverTheServerSaysButKeepsACutOffReplyCutOff) {
  const auto finish = [](chat::FinishReason said) {
    const Sink ignore = [](const Delta&) {};
    ReplyBuilder builder(0, ignore);
    EXPECT_TRUE(builder.add({.calls = {{0, "a", "f", "{}"}}, .finish = said}));
    return builder.take().finish;
  };
  EXPECT_EQ(finish(chat::FinishReason::stop), chat::FinishReason::tool_calls);
  EXPECT_EQ(finish(chat::FinishReason::length), chat::FinishReason::length);
}

TEST(ReplyBuilder, RefusesAReplyWithoutEnd) {
  const Sink ignore = [](const Delta&) {};
  ReplyBuilder builder(0, ignore);
  const Chunk chunk{.text = std::string(1U << 20U, 'x')};
  Result<void> added;
  for (int i = 0; i < 100 && added; ++i) added = builder.add(chunk);
  ASSERT_FALSE(added);
  EXPECT_EQ(added.error().code, Errc::capacity);
}

}  // namespace
}  // namespace plim::engine
