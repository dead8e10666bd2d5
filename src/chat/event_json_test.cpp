#include <cmath>

#include <gtest/gtest.h>

#include "chat/event.hpp"

namespace plim::chat {
namespace {

const ToolCall call{.id = "c1", .name = "edit", .arguments = "{\"old\": \"half"};
const Usage usage{
    .prompt = {900}, .cached = {800}, .completion = {7}, .prefill_ms = 1.5, .decode_ms = 20.25};

const ContextUse context{.size = {8192},
                         .system = {250},
                         .tools = {600},
                         .project = {100},
                         .retrieved = {50},
                         .history = {900},
                         .reserve = {1365},
                         .left = {4927}};

const std::vector<Event>& one_of_each() {
  static const std::vector<Event> events{
      TaskStarted{.session = "s", .task = "fix\nit", .model = "m", .context = {8192}},
      MessageAdded{{.role = Role::system, .content = "s"}},
      MessageAdded{{.role = Role::assistant,
                    .content = "",
                    .reasoning = "why",
                    .tool_calls = {call, {.id = "c2", .name = "run", .arguments = "{}"}}}},
      MessageAdded{{.role = Role::tool, .content = "ok", .tool_call_id = "c1"}},
      TextDelta{.text = "Hel", .reasoning = true},
      CallDelta{.name = "write", .arguments = "{\"path\":"},
      PrefillProgress{.processed = {512}, .total = {1024}},
      ToolStarted{call},
      ToolFinished{.result = {.call_id = "c1", .text = "no match", .is_error = true},
                   .seconds = 0.125},
      FileChanged{.path = "src/a.c", .diff = "--- a/src/a.c\n", .added = 2, .removed = 1},
      VerifyStarted{"make test"},
      VerifyFinished{.passed = true, .text = "1 test", .seconds = 3},
      TurnFinished{usage, context},
      Compacted{.reason = "full",
                .before = {7000},
                .after = {900},
                .messages = {{.role = Role::system, .content = "s"},
                             {.role = Role::assistant, .content = "", .tool_calls = {call}}}},
      Notice{"the search was cut at 200 matches"},
      TaskFinished{.outcome = Outcome::refused,
                   .reason = "the user said no",
                   .usage = usage,
                   .turns = 4,
                   .seconds = 9.5,
                   .files = {"a", "b"},
                   .rescued = 2,
                   .compactions = 1,
                   .context = context},
  };
  return events;
}

TEST(EventJson, ReadsBackEveryEventOnOneLine) {
  for (const Event& event : one_of_each()) {
    const std::string line = to_json(event);
    EXPECT_EQ(line.find('\n'), std::string::npos) << line;
    EXPECT_EQ(parse_event(line), Result<Event>(event)) << line;
  }
}

TEST(EventJson, HasTheseWireNames) {
  std::string lines;
  for (const Event& event : one_of_each()) {
    const std::string line = to_json(event);
    lines += line.substr(0, line.find(',')) + "\n";
  }
  EXPECT_EQ(lines,
            "{\"type\":\"task_started\"\n"
            "{\"type\":\"message\"\n"
            "{\"type\":\"message\"\n"
            "{\"type\":\"message\"\n"
            "{\"type\":\"text_delta\"\n"
            "{\"type\":\"call_delta\"\n"
            "{\"type\":\"prefill\"\n"
            "{\"type\":\"tool_started\"\n"
            "{\"type\":\"tool_finished\"\n"
            "{\"type\":\"file_changed\"\n"
            "{\"type\":\"verify_started\"\n"
            "{\"type\":\"verify_finished\"\n"
            "{\"type\":\"turn_finished\"\n"
            "{\"type\":\"compacted\"\n"
            "{\"type\":\"notice\"\n"
            "{\"type\":\"task_finished\"\n");
}

TEST(EventJson, IgnoresUnknownMembersAndDefaultsMissingOnes) {
  EXPECT_EQ(parse_event(R"({"type":"text_delta","colour":"red","text":"x"})"),
            Result<Event>(TextDelta{.text = "x"}));
  EXPECT_EQ(parse_event(R"({"type":"task_finished"})"),
            Result<Event>(TaskFinished{.outcome = Outcome::verified}));
}

TEST(EventJson, NamesTheMemberOfTheWrongType) {
  const auto message_of = [](std::string_view line) {
    const auto event = parse_event(line);
    return event ? std::string("no error") : event.error().message;
  };
  EXPECT_EQ(message_of(R"({"type":"notice","text":1})"),
            "event notice: \"text\" has the wrong type");
  EXPECT_EQ(message_of(R"({"type":"message","message":{"role":"robot"}})"),
            "event message: \"role\" has the wrong type");
  EXPECT_EQ(message_of(R"({"type":"message","message":{"role":"user","tool_calls":[3]}})"),
            "event message: \"object\" has the wrong type");
  EXPECT_EQ(message_of(R"({"type":"prefill","total":18446744073709551615})"),
            "event prefill: \"total\" has the wrong type");
  EXPECT_EQ(message_of(R"({"type":"file_changed","added":99999999999})"),
            "event file_changed: \"added\" has the wrong type");
  EXPECT_EQ(message_of(R"({"type":"task_finished","files":["a",2]})"),
            "event task_finished: \"files\" has the wrong type");
  EXPECT_EQ(message_of(R"({"type":"turn_finished","usage":[]})"),
            "event turn_finished: \"object\" has the wrong type");
}

TEST(EventJson, RejectsWhatIsNoEvent) {
  for (const std::string_view line :
       {"", "null", "[]", "{", "{}", R"({"type":7})", R"({"type":"later_invention"})"}) {
    const auto event = parse_event(line);
    ASSERT_FALSE(event) << line;
    EXPECT_EQ(event.error().code, Errc::protocol) << line;
  }
}

TEST(EventJson, SurvivesIllFormedTextLineSeparatorsAndNan) {
  using namespace std::string_literals;
  EXPECT_EQ(parse_event(to_json(Notice{"a\xC3(\0b\u2028\n"s})),
            Result<Event>(Notice{"a\uFFFD(\0b\u2028\n"s}));
  EXPECT_EQ(parse_event(to_json(VerifyFinished{.passed = true, .seconds = std::nan("")})),
            Result<Event>(VerifyFinished{.passed = true, .seconds = 0}));
}

}  // namespace
}  // namespace plim::chat
