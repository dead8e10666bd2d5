#include <gtest/gtest.h>

#include "engine/wire.hpp"

namespace plim::engine {
namespace {

using chat::FinishReason;
using chat::Role;

const ServedModel stranger{"m", {4096}, "--ctx", false, ""};
const ServedModel llama{"m", {4096}, "/props", true, "b1"};

TEST(RequestJson, SendsStrangersOnlyWhatTheyAllKnow) {
  const chat::Transcript transcript{{.role = Role::user, .content = "hi"}};
  EXPECT_EQ(request_json({.transcript = transcript}, stranger),
            R"({"model":"m","stream":true,"stream_options":{"include_usage":true},)"
            R"("messages":[{"role":"user","content":"hi"}]})");
}

TEST(RequestJson, HasAFixedOrderAndAllThatIsAskedFor) {
  const chat::Transcript transcript{{.role = Role::user, .content = "hi"}};
  const std::vector<chat::ToolSpec> tools{{"read", "reads", R"({"type":"object"})"}};
  const ChatRequest request{.transcript = transcript,
                            .tools = tools,
                            .max_tokens = Tokens{7},
                            .max_thinking = Tokens{5},
                            .temperature = 0.5,
                            .seed = 3};
  EXPECT_EQ(
      request_json(request, llama),
      R"({"model":"m","stream":true,"stream_options":{"include_usage":true},"max_tokens":7,)"
      R"("temperature":0.5,"seed":3,"cache_prompt":true,"return_progress":true,"thinking_budget_tokens":5,)"
      R"("tools":[{"type":"function","function":{"name":"read","description":"reads",)"
      R"("parameters":{"type":"object"}}}],"messages":[{"role":"user","content":"hi"}]})");
}

TEST(RequestJson, ExtendsItselfWhenTheTranscriptGrows) {
  chat::Transcript transcript{{.role = Role::user, .content = "hi"}};
  const auto before = request_json({.transcript = transcript}, llama);
  transcript.push_back({.role = Role::assistant, .content = "ho"});
  const auto after = request_json({.transcript = transcript}, llama);
  EXPECT_TRUE(after.starts_with(before.substr(0, before.size() - 2)));
}

TEST(ParseChunk, ReadsEachKindOfDelta) {
  const auto text = parse_chunk(R"({"choices":[{"delta":{"content":"ab"}}]})");
  ASSERT_TRUE(text);
  EXPECT_EQ(text->text, "ab");
  EXPECT_FALSE(text->finish);
  const auto null = parse_chunk(R"({"choices":[{"delta":{"content":null}}]})");
  ASSERT_TRUE(null);
  EXPECT_EQ(null->text, "");
  for (const std::string_view key : {"reasoning_content", "reasoning"}) {
    const auto thought =
        parse_chunk(std::format(R"({{"choices":[{{"delta":{{"{}":"t"}}}}]}})", key));
    ASSERT_TRUE(thought);
    EXPECT_EQ(thought->reasoning, "t");
  }
  const auto calls = parse_chunk(
      R"({"choices":[{"delta":{"tool_calls":[{"index":1,"id":"x","function":{"name":"n","arguments":"{"}},)"
      R"({"function":{"name":"o","arguments":{"a":1}}}]}}]})");
  ASSERT_TRUE(calls);
  EXPECT_EQ(calls->calls,
            (std::vector<CallPiece>{{1, "x", "n", "{"}, {{}, "", "o", R"({"a":1})"}}));
}

TEST(ParseChunk, ReadsTheEndInEveryServersWords) {
  const auto finish = [](std::string_view reason) {
    return parse_chunk(
               std::format(R"({{"choices":[{{"delta":{{}},"finish_reason":"{}"}}]}})", reason))
        ->finish;
  };
  EXPECT_EQ(finish("stop"), FinishReason::stop);
  EXPECT_EQ(finish("eos"), FinishReason::stop);
  EXPECT_EQ(finish("length"), FinishReason::length);
  EXPECT_EQ(finish("max_tokens"), FinishReason::length);
  EXPECT_EQ(finish("tool_calls"), FinishReason::tool_calls);
  EXPECT_EQ(finish("function_call"), FinishReason::tool_calls);
  EXPECT_EQ(finish(""), std::nullopt);
}

TEST(ParseChunk, PrefersTheServersTimingsToItsUsage) {
  const auto timed = parse_chunk(
      R"({"choices":[],"usage":{"prompt_tokens":99,"completion_tokens":99},)"
      R"("timings":{"cache_n":10,"prompt_n":5,"prompt_ms":2.5,"predicted_n":3,"predicted_ms":1.5}})");
  ASSERT_TRUE(timed);
  EXPECT_EQ(timed->usage, (chat::Usage{{15}, {10}, {3}, 2.5, 1.5}));
  const auto plain =
      parse_chunk(R"({"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":2,)"
                  R"("prompt_tokens_details":{"cached_tokens":4}}})");
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->usage, (chat::Usage{{9}, {4}, {2}, 0, 0}));
  const auto progress =
      parse_chunk(R"({"choices":[],"prompt_progress":{"total":8,"processed":3}})");
  ASSERT_TRUE(progress);
  EXPECT_EQ(progress->progress, (chat::PrefillProgress{{3}, {8}}));
}

TEST(ParseChunk, ToleratesMembersOfTheWrongKind) {
  for (
      const std::string_view data :
      {"{}", R"({"choices":null})", R"({"choices":{}})", R"({"choices":[null]})",
       R"({"choices":[{"delta":null,"finish_reason":3}]})",
       R"({"choices":[{"delta":{"content":5,"tool_calls":[null,{"function":"x"}]}}],"usage":"y"})"})
    EXPECT_TRUE(parse_chunk(data)) << data;
  for (const std::string_view data : {"", "[]", "3", "{", "{\"a\":\"\xFF\"}"}) {
    const auto chunk = parse_chunk(data);
    ASSERT_FALSE(chunk) << data;
    EXPECT_EQ(chunk.error().code, Errc::protocol);
  }
}

TEST(ParseError, FindsTheMessageWhereverItIs) {
  EXPECT_EQ(parse_error(400, R"({"error":{"message":"m"}})"), (ServerError{400, "m", {}}));
  EXPECT_EQ(parse_error(400, R"({"error":"m"})"), (ServerError{400, "m", {}}));
  EXPECT_EQ(parse_error(400, R"({"message":"m"})"), (ServerError{400, "m", {}}));
  EXPECT_EQ(parse_error(400, R"({"detail":"m"})"), (ServerError{400, "m", {}}));
  EXPECT_EQ(parse_error(502, "Bad\x1b Gateway"), (ServerError{502, "Bad\\x1B Gateway", {}}));
}

TEST(ParseError, ReadsAnOverflowsNumbers) {
  EXPECT_EQ(
      parse_error(400, R"({"error":{"code":400,"message":"too long",)"
                       R"("type":"exceed_context_size_error","n_prompt_tokens":20,"n_ctx":10}})")
          .overflow,
      (Overflow{{20}, {10}}));
  EXPECT_EQ(parse_error(400, R"({"error":{"message":"This model's maximum context length is 4096 )"
                             R"(tokens. However, you requested 5000 tokens"}})")
                .overflow,
            (Overflow{{5000}, {4096}}));
  EXPECT_EQ(
      parse_error(400, R"({"error":{"message":"x","code":"context_length_exceeded"}})").overflow,
      (Overflow{}));
}

}  // namespace
}  // namespace plim::engine
