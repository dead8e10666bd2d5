#include "agent/rescue.hpp"

#include <gtest/gtest.h>

namespace plim::agent {
namespace {

const std::vector<chat::ToolSpec> tools{{"read", "", "{}"}, {"edit", "", "{}"}, {"run", "", "{}"}};

std::optional<Rescued> in_text(std::string text) {
  return find_calls({.role = chat::Role::assistant, .content = std::move(text)}, tools, 4);
}

struct Case {
  const char* dialect;
  std::string text;
  std::vector<chat::ToolCall> calls;
  std::string rest;
};

std::vector<Case> cases() {
  const chat::ToolCall read{"call_5", "read", R"({"path":"a.py"})"};
  const chat::ToolCall range{"call_5", "read", R"({"path":"a.py","start":3})"};
  return {
      {"Qwen XML",
       "Let me look.\n<tool_call>\n<function=read>\n<parameter=path>\na.py\n</parameter>\n"
       "</function>\n</tool_call>",
       {read},
       "Let me look."},
      {"Qwen XML",
       "<function=edit>\n<parameter=path>\na.py\n</parameter>\n<parameter=old>\nif a < b:\n    "
       "x()\n"
       "</parameter>\n<parameter=new>\nif a > b:\n\n</parameter>\n</function>\n</tool_call>",
       {{"call_5", "edit", R"j({"path":"a.py","old":"if a < b:\n    x()","new":"if a > b:\n"})j"}},
       ""},
      {"Hermes JSON",
       "<tool_call>\n{\"name\": \"read\", \"arguments\": {\"path\": \"a.py\"}}\n</tool_call>\n"
       "<tool_call>\n{\"name\": \"run\", \"arguments\": {\"command\": \"make\"}}\n</tool_call>",
       {read, {"call_6", "run", R"({"command":"make"})"}},
       ""},
      {"Hermes JSON",
       "<tool_call>{\"name\": \"read\", \"arguments\": {\"path\": \"a.py\"}}",
       {read},
       ""},
      {"harmony",
       "<|channel|>analysis<|message|>I look.<|end|><|start|>assistant<|channel|>commentary "
       "to=functions.read <|constrain|>json<|message|>{\"path\":\"a.py\"}<|call|>",
       {read},
       "<|channel|>analysis<|message|>I look.<|end|>"},
      {"Mistral",
       R"([TOOL_CALLS][{"name": "read", "arguments": {"path": "a.py"}, "id": "Xy1234567"}])",
       {read},
       ""},
      {"Mistral", R"(Reading.[TOOL_CALLS]read[ARGS]{"path":"a.py"})", {read}, "Reading."},
      {"GLM XML",
       "<tool_call>read\n<arg_key>path</arg_key>\n<arg_value>a.py</arg_value>\n</tool_call>",
       {read},
       ""},
      {"Gemma", "<|tool_call>call:read{path:<|\"|>a.py<|\"|>,start:3}<tool_call|>", {range}, ""},
      {"Gemma",
       "<start_function_call>call:read{path:<escape>a.py<escape>}<end_function_call>",
       {read},
       ""},
      {"Gemma Python", "```tool_code\nprint(read(path=\"a.py\", start=3))\n```", {range}, ""},
      {"DeepSeek",
       "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>read\n```json\n"
       "{\"path\":\"a.py\"}\n```<｜tool▁call▁end｜>",
       {read},
       "<｜tool▁calls▁begin｜>"},
      {"Llama JSON",
       R"(<|python_tag|>{"name": "read", "parameters": {"path": "a.py"}})",
       {read},
       ""},
      {"XML",
       "<invoke name=\"read\">\n<parameter name=\"path\">a.py</parameter>\n</invoke>",
       {read},
       ""},
      {"fenced JSON",
       "I read it:\n```json\n{\"name\": \"read\", \"arguments\": {\"path\": \"a.py\"}}\n```\n",
       {read},
       "I read it:"},
      {"JSON", "{\"tool\": \"read\", \"args\": {\"path\": \"a.py\"}}", {read}, ""},
      {"JSON",
       R"({"tool_calls":[{"function":{"name":"read","arguments":"{\"path\":\"a.py\"}"}}]})",
       {read},
       ""},
  };
}

TEST(Rescue, FindsCallsInTheDialectsOfLocalModels) {
  for (const auto& [dialect, text, calls, rest] : cases()) {
    const auto found = in_text(text);
    ASSERT_TRUE(found) << text;
    EXPECT_EQ(found->dialect, dialect) << text;
    EXPECT_EQ(found->message.tool_calls, calls) << text;
    EXPECT_EQ(found->message.content, rest) << text;
  }
}

TEST(Rescue, LooksIntoThoughtsOnlyWhenNothingElseWasSaid) {
  chat::Message message{.role = chat::Role::assistant,
                        .reasoning =
                            "Hm.\n<tool_call>\n{\"name\": \"read\", \"arguments\": "
                            "{\"path\": \"a.py\"}}\n</tool_call>"};
  const auto found = find_calls(message, tools, 0);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->dialect, "Hermes JSON inside its thoughts");
  EXPECT_EQ(found->message.reasoning, "Hm.");
  message.content = "The file is fine.";
  EXPECT_FALSE(find_calls(message, tools, 0));
}

TEST(Rescue, LeavesProseAndExamplesAlone) {
  for (const auto* text :
       {"", "Done: the function=read is fixed.", "See [1, 2] and {\"a\": 1}.",
        "```json\n{\"name\": \"plimsoll\", \"arguments\": {}}\n```",
        "```json\n{\"name\": \"read\", \"version\": 2}\n```",
        "```python\nread(path=\"a.py\")\n```\nThat is how it is called.",
        "{\"name\": \"read\", \"arguments\": {\"path\": \"a\"}}\nis what I would send, but I am "
        "done."}) {
    EXPECT_FALSE(in_text(text)) << text;
  }
}

}  // namespace
}  // namespace plim::agent
