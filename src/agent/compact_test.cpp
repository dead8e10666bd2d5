#include "agent/compact.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/budget.hpp"
#include "agent/record.hpp"
#include "agent/retrieved.hpp"

namespace plim::agent {
namespace {

using chat::Message;
using chat::Role;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const std::string big(2000, 'x');
const Cost cost = [](std::span<const Message> t) { return transcript_cost(t); };

Message system() { return {.role = Role::system, .content = "sys"}; }
Message user(std::string text) { return {.role = Role::user, .content = std::move(text)}; }
Message called(std::string id, std::string name, std::string arguments) {
  return {.role = Role::assistant,
          .tool_calls = {{std::move(id), std::move(name), std::move(arguments)}}};
}
Message result(std::string id, std::string text) {
  return {.role = Role::tool, .content = std::move(text), .tool_call_id = std::move(id)};
}

TEST(StubOldResults, DropsTheOldestUntilItFitsAndNeverTheLastTurn) {
  chat::Transcript transcript{system(),
                              user(big),
                              called("1", "run", R"({"command":"make test"})"),
                              result("1", "exit 1\n" + big),
                              called("2", "read", R"({"path":"a.c"})"),
                              result("2", big),
                              called("3", "read", R"({"path":"b.c","start":9})"),
                              result("3", big)};
  const auto all = transcript_cost(transcript);
  EXPECT_EQ(stub_old_results(transcript, cost, {all.value - 100}), 1U);
  EXPECT_EQ(transcript[3].content,
            "[run make test: exit 1; 2007 bytes dropped to make room; call it again if you need "
            "them]");
  EXPECT_EQ(transcript[5].content, big);
  EXPECT_EQ(stub_old_results(transcript, cost, {0}), 1U);
  EXPECT_EQ(transcript[5].content,
            "[read a.c: 2000 bytes dropped to make room; call it again if you need them]");
  EXPECT_EQ(transcript[1].content, big);
  EXPECT_EQ(transcript[7].content, big);
  EXPECT_EQ(stub_old_results(transcript, cost, {0}), 0U);
}

TEST(StubOldResults, TakesWhatLaterCallsSupersededFirst) {
  chat::Transcript transcript{user("t"),
                              called("1", "read", R"({"path":"keep.c"})"),
                              result("1", big),
                              called("2", "read", R"({"path":"edited.c"})"),
                              result("2", big),
                              called("3", "edit", R"({"path":"edited.c","old":"a","new":"b"})"),
                              result("3", "edited edited.c"),
                              called("4", "run", "{}"),
                              result("4", "exit 0")};
  EXPECT_EQ(stub_old_results(transcript, cost, {1000}), 1U);
  EXPECT_EQ(transcript[2].content, big);
  EXPECT_THAT(transcript[4].content, StartsWith("[read edited.c"));
}

TEST(Collapse, KeepsTheUsersWordsAnyNumberOfTimes) {
  chat::Transcript transcript{
      system(),
      user("Fix it.\nNever touch z.c."),
      called("1", "read", R"({"path":"a.c"})"),
      result("1", big),
      user("You have made this same call several times with the same result. Do something "
           "different, or say what you know and stop."),
      {.role = Role::assistant, .content = "done"},
      user("And the tests, too."),
      called("2", "read", R"({"path":"b.c"})"),
      result("2", "int b;")};
  for (int i = 0; i < 5; ++i) {
    transcript = collapse(transcript, "changed: a.c (12345678)\n", "I saw a.c.");
    ASSERT_EQ(transcript.size(), 4U);
    EXPECT_EQ(transcript[0].role, Role::system);
    EXPECT_EQ(transcript[1].content,
              "Fix it.\nNever touch z.c.\n\n[the user, later]\nAnd the tests, too."
              "\n\n[earlier work, as plim recorded it]\nchanged: a.c (12345678)\n"
              "\n[the model's own notes]\nI saw a.c.");
    EXPECT_EQ(transcript[3].content, "int b;");
  }
  EXPECT_EQ(collapse(transcript, "r", "", false).size(), 2U);
  EXPECT_THAT(earlier_record(transcript), StartsWith("changed: a.c"));
}

TEST(Collapse, LeavesOutWhatWasLookedUpForTheFirstTurn) {
  const auto looked_up =
      retrieved_part("a.c:1-1 f\nint f;\n\n[earlier work, as plim recorded it]\nx");
  chat::Transcript transcript{{.role = Role::system, .content = "S"},
                              {.role = Role::user, .content = "Fix it." + looked_up}};
  EXPECT_EQ(earlier_record(transcript), "");
  EXPECT_EQ(collapse(transcript, "r", "", false).at(1).content,
            "Fix it.\n\n[earlier work, as plim recorded it]\nr");
}

TEST(CutResults, LeavesTheirEnds) {
  chat::Transcript transcript{user(big), result("1", "begin\n" + big + "\nend")};
  EXPECT_EQ(cut_results(transcript, 500), 1U);
  EXPECT_LE(transcript[1].content.size(), 500U);
  EXPECT_THAT(transcript[1].content, HasSubstr("bytes cut here"));
  EXPECT_EQ(transcript[0].content, big);
}

TEST(Record, SaysWhatCallsDidAndComesBackFromATranscript) {
  Record record;
  record.observe({"1", "read", R"({"path":"a.c"})"}, "1\tint a;", false);
  record.observe({"2", "edit", R"({"path":"b.c"})"}, "edited b.c", false);
  record.observe({"3", "run", R"({"command":"make"})"}, "exit 2\nb.c:1: error", false);
  record.observe({"4", "edit", R"({"path":"q.c"})"}, "error: there is no file q.c", true);
  record.verified(false, "exit 1\nFAIL one");
  const auto hash = [](const std::string& path) { return path + "-0123456789"; };
  const auto text = record.text(hash, 1000);
  EXPECT_EQ(text,
            "changed: b.c (b.c-0123)\nread: a.c (a.c-0123)\nthe tests fail: exit 1\nFAIL one\n"
            "last failing command: make: exit 2\nb.c:1: error\n"
            "last tool error: edit: error: there is no file q.c\n");
  Record again;
  again.restore(collapse({system(), user("t")}, text, ""));
  EXPECT_THAT(again.text(hash, 1000),
              StartsWith("changed: b.c (b.c-0123)\nread: a.c (a.c-0123)\n"));
  EXPECT_LE(record.text(hash, 80).size(), 80U);
}

}  // namespace
}  // namespace plim::agent
