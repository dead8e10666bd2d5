#include "cli/view.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plim::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string render_all(View& view, std::initializer_list<chat::Event> events) {
  std::string out;
  for (const auto& event : events) out += view.render(event);
  return out;
}

TEST(View, PrintsOneLinePerToolCallInAPipe) {
  View view({.color = false, .transient = false, .width = 80});
  const auto text =
      render_all(view, {chat::ToolStarted{{"1", "run", R"({"command":"make\ntest"})"}},
                        chat::ToolFinished{{"1", "exit 1\nFAILED", false}, 0.2},
                        chat::ToolStarted{{"2", "read", R"({"path":"a.py"})"}},
                        chat::ToolFinished{{"2", "1\tx\n2\ty", false}, 1.25}});
  EXPECT_EQ(text, "  run make test  exit 1\n  read a.py  2 lines, 1.2 s\n");
}

TEST(View, EndsAStreamedLineBeforeAToolCall) {
  View view({.color = false, .transient = false, .width = 80});
  const auto text =
      render_all(view, {chat::TextDelta{"I will ", false}, chat::TextDelta{"look.", false},
                        chat::ToolStarted{{"1", "read", R"({"path":"a"})"}},
                        chat::ToolFinished{{"1", "error: no such file", true}, 0}});
  EXPECT_EQ(text, "I will look.\n  read a  error: no such file\n");
}

TEST(View, ColoursADiffOnATerminalOnly) {
  const chat::FileChanged change{"a.py", "--- a/a.py\n+++ b/a.py\n@@ -1 +1 @@\n-old\n+new\n", 1, 1};
  View plain({.color = false, .transient = false, .width = 80});
  EXPECT_EQ(plain.render(change),
            "    --- a/a.py\n    +++ b/a.py\n    @@ -1 +1 @@\n    -old\n    +new\n");
  View coloured({.color = true, .transient = true, .width = 80});
  EXPECT_THAT(coloured.render(change), HasSubstr("\x1b[32m+new\x1b[0m"));
}

TEST(View, NeverPassesControlCharactersOfOthersOn) {
  View view({.color = true, .transient = true, .width = 80});
  const auto text =
      render_all(view, {chat::TextDelta{"a\x1b]0;owned\a", false}, chat::Notice{"\x1b[2J"},
                        chat::ToolStarted{{"1", "run", "{\"command\":\"\\u001b[2Jrm\"}"}},
                        chat::ToolFinished{{"1", "exit 0\x1b[2J", false}, 0},
                        chat::FileChanged{"a", "+\x1b[2J\n", 1, 0}});
  EXPECT_THAT(text, Not(HasSubstr("\x1b[2J")));
  EXPECT_THAT(text, Not(HasSubstr("\a")));
}

TEST(View, WipesProgressAgain) {
  View view({.color = false, .transient = true, .width = 40});
  const auto text =
      render_all(view, {chat::PrefillProgress{{2048}, {8192}}, chat::TextDelta{"Hello", false}});
  EXPECT_EQ(text, "reading the prompt: 25% of 8.2k tokens\r\x1b[KHello");
}

TEST(View, CountsWhatTheModelWritesInACall) {
  View view({.color = false, .transient = true, .width = 40});
  const chat::CallDelta piece{"write", std::string(60, 'x')};
  EXPECT_EQ(render_all(view, {piece}), "");
  EXPECT_EQ(render_all(view, {piece, piece}), "  write: 120 B written");
  EXPECT_EQ(render_all(view, {chat::MessageAdded{}, piece}), "") << "another call begins";
  View pipe({});
  EXPECT_EQ(render_all(pipe, {piece, piece}), "");
}

TEST(View, ReplacesARunningCallByItsResult) {
  View view({.color = false, .transient = true, .width = 80});
  const auto text =
      render_all(view, {chat::ToolStarted{{"1", "run", R"({"command":"make"})"}},
                        chat::ToolFinished{{"1", "exit 0", false}, 0},
                        chat::VerifyStarted{"make test"}, chat::VerifyFinished{true, "", 2}});
  EXPECT_EQ(text,
            "  run make\r\x1b[K  run make  exit 0\n"
            "  checking: make test\r\x1b[Ktests pass: make test (2.0 s)\n");
}

TEST(View, EndsWithTheAccount) {
  View view({.color = false, .transient = false, .width = 80});
  const chat::TaskFinished finished{.outcome = chat::Outcome::verified,
                                    .reason = "the tests pass",
                                    .usage = {.prompt = {1200},
                                              .cached = {900},
                                              .completion = {50},
                                              .prefill_ms = 10,
                                              .decode_ms = 500},
                                    .turns = 4,
                                    .seconds = 3.25,
                                    .files = {"a.py"}};
  EXPECT_EQ(view.render(finished),
            "verified: the tests pass\n"
            "1200 prompt (900 cached) + 50 generated tokens · 100.0 tokens/s · 3.2 s · 1 file "
            "changed\n");
}

TEST(Describe, NamesWhatACallIsAbout) {
  EXPECT_EQ(describe({"1", "search", R"({"pattern":"x+","glob":"*.c"})"}), "search x+ *.c");
  EXPECT_EQ(describe({"1", "edit", "broken"}), "edit");
}

}  // namespace
}  // namespace plim::cli
