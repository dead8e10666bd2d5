#include "agent/prompt.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plim::agent {
namespace {

using chat::Message;
using chat::Role;
using testing::EndsWith;
using testing::IsEmpty;
using testing::StartsWith;

const std::vector<std::string> two_files{"a.py", "test_a.py"};

TEST(TaskMessage, HoldsTheTaskWordForWordAndTheProject) {
  const auto message = task_message("Fix it.\n", {"make test", two_files}, 100);
  EXPECT_EQ(message.role, Role::user);
  EXPECT_EQ(message.content, "Fix it.\n\n\n[project]\ntest: make test\nfiles: a.py test_a.py");
}

TEST(TaskMessage, SaysHowManyFilesAreNotListed) {
  EXPECT_THAT(task_message("t", {"", two_files}, 6).content, EndsWith("files: a.py … and 1 more"));
}

TEST(TaskMessage, IsTheSameForTheSameInput) {
  EXPECT_EQ(task_message("t", {"x", two_files}, 50), task_message("t", {"x", two_files}, 50));
  EXPECT_EQ(system_message(), system_message());
}

Message call(std::string id) {
  return {.role = Role::assistant, .tool_calls = {{id, "read", "{}"}, {id + "b", "read", "{}"}}};
}

TEST(Repair, AnswersCallsThatTheProcessDidNotSurvive) {
  chat::Transcript transcript{{.role = Role::user, .content = "t"},
                              call("1"),
                              {.role = Role::tool, .content = "ok", .tool_call_id = "1"}};
  const auto cut_off = repair(transcript);
  ASSERT_EQ(cut_off.size(), 1U);
  EXPECT_EQ(cut_off.front().id, "1b");
  ASSERT_EQ(transcript.size(), 4U);
  EXPECT_EQ(transcript[2].content, "ok");
  EXPECT_EQ(transcript[3].tool_call_id, "1b");
  EXPECT_THAT(transcript[3].content, StartsWith("error: interrupted"));
}

TEST(Repair, LeavesAWholeTranscriptAsItIs) {
  chat::Transcript transcript{{.role = Role::user, .content = "t"},
                              {.role = Role::assistant, .content = "done"},
                              {.role = Role::user, .content = "more"}};
  const auto before = transcript;
  EXPECT_THAT(repair(transcript), IsEmpty());
  EXPECT_EQ(transcript, before);
}

}  // namespace
}  // namespace plim::agent
