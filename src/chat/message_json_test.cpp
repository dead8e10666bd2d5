#include "chat/message_json.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace plim::chat {
namespace {

TEST(MessagesJson, WritesEveryKindOfMessageInAFixedKeyOrder) {
  const Transcript transcript{
      {.role = Role::system, .content = "Be brief."},
      {.role = Role::user, .content = "Fix \"it\"\n"},
      {.role = Role::assistant,
       .content = "",
       .reasoning = "look first",
       .tool_calls = {{.id = "c1", .name = "read", .arguments = R"({"path":"a.c"})"}}},
      {.role = Role::tool, .content = "1 int x;", .tool_call_id = "c1"},
      {.role = Role::assistant, .content = "Done."},
  };
  EXPECT_EQ(
      messages_json(transcript),
      R"([{"role":"system","content":"Be brief."},)"
      R"({"role":"user","content":"Fix \"it\"\n"},)"
      R"({"role":"assistant","content":"","reasoning_content":"look first","tool_calls":[)"
      R"({"id":"c1","type":"function","function":{"name":"read","arguments":"{\"path\":\"a.c\"}"}}]},)"
      R"({"role":"tool","content":"1 int x;","tool_call_id":"c1"},)"
      R"({"role":"assistant","content":"Done."}])");
}

TEST(MessagesJson, OfALongerTranscriptExtendsThatOfItsPrefix) {
  Transcript transcript{{.role = Role::user, .content = "a"}};
  const std::string before = messages_json(transcript);
  transcript.push_back({.role = Role::assistant, .content = "b"});
  EXPECT_TRUE(messages_json(transcript).starts_with(before.substr(0, before.size() - 1)));
}

TEST(MessagesJson, OfNothingIsAnEmptyArray) { EXPECT_EQ(messages_json({}), "[]"); }

std::string sent_arguments(const std::string& written) {
  const Transcript transcript{
      {.role = Role::assistant, .tool_calls = {{.id = "c", .name = "t", .arguments = written}}}};
  const auto json = nlohmann::json::parse(messages_json(transcript));
  return json[0]["tool_calls"][0]["function"]["arguments"].get<std::string>();
}

TEST(MessagesJson, KeepsTheModelsOwnSpellingOfArguments) {
  EXPECT_EQ(sent_arguments("{ \"b\" : 1,\n\"a\":2 }"), "{ \"b\" : 1,\n\"a\":2 }");
}

TEST(MessagesJson, WrapsArgumentsThatTheEngineCouldNotParse) {
  EXPECT_EQ(sent_arguments(R"({"path": "a)"), R"({"malformed":"{\"path\": \"a"})");
  EXPECT_EQ(sent_arguments("[1]"), R"({"malformed":"[1]"})");
  EXPECT_EQ(sent_arguments(R"({"a":1} trailing)"), R"({"malformed":"{\"a\":1} trailing"})");
  EXPECT_EQ(sent_arguments(""), "{}");
  EXPECT_EQ(sent_arguments(" \n"), "{}");
}

TEST(MessagesJson, AcceptsArgumentsOfAnyDepth) {
  std::string deep = "{\"a\":";
  for (int i = 0; i < 100'000; ++i) deep += '[';
  for (int i = 0; i < 100'000; ++i) deep += ']';
  deep += '}';
  EXPECT_EQ(sent_arguments(deep), deep);
}

TEST(MessagesJson, ReplacesIllFormedUtf8AndKeepsNul) {
  using namespace std::string_literals;
  const Transcript transcript{{.role = Role::user, .content = "a\xFF\0b\u2028"s}};
  EXPECT_EQ(messages_json(transcript),
            "[{\"role\":\"user\",\"content\":\"a\uFFFD\\u0000b\u2028\"}]");
}

TEST(ToolsJson, KeepsTheOrderOfEachSchemasMembers) {
  const std::vector<ToolSpec> tools{
      {.name = "read",
       .description = "Reads a file.",
       .parameters = R"({"type":"object","properties":{"path":{"type":"string"},"end":{}}})"}};
  EXPECT_EQ(
      tools_json(tools),
      R"([{"type":"function","function":{"name":"read","description":"Reads a file.",)"
      R"("parameters":{"type":"object","properties":{"path":{"type":"string"},"end":{}}}}}])");
}

TEST(ToolsJson, SendsAnEmptySchemaForParametersThatAreNoObject) {
  const std::vector<ToolSpec> tools{{.name = "t", .description = "", .parameters = "{oops"}};
  EXPECT_EQ(tools_json(tools), R"([{"type":"function","function":{"name":"t","description":"",)"
                               R"("parameters":{"type":"object"}}}])");
}

TEST(Usage, AddsUp) {
  Usage sum{.prompt = {1}, .cached = {2}, .completion = {3}, .prefill_ms = 4, .decode_ms = 5};
  sum += sum;
  EXPECT_EQ(
      sum,
      (Usage{.prompt = {2}, .cached = {4}, .completion = {6}, .prefill_ms = 8, .decode_ms = 10}));
}

}  // namespace
}  // namespace plim::chat
