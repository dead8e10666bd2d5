#include "tools/arguments.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plim::tools {
namespace {

using testing::HasSubstr;

ToolWords words() {
  return make_words("look", "Look at things.\n\npath: where\nstart: first line\n",
                    {{.name = "path"}, {"start", ParameterType::integer, false, {}}});
}

TEST(ToolWords, TakeTheirTextFromTheMarkdown) {
  const auto look = words();
  EXPECT_EQ(look.description, "Look at things.");
  EXPECT_EQ(look.parameters.at(0).description, "where");
  EXPECT_EQ(look.parameters.at(1).description, "first line");
}

TEST(ToolSpec, IsAFlatSchemaInTheOrderOfTheParameters) {
  const auto spec = to_spec(words());
  EXPECT_EQ(spec.parameters,
            R"({"type":"object","properties":{"path":{"type":"string","description":"where"},)"
            R"("start":{"type":"integer","description":"first line"}},"required":["path"]})");
}

TEST(Arguments, ReadTextAndNumbers) {
  const auto arguments = Arguments::parse(R"({"path":"a.py","start":3})", words());
  ASSERT_TRUE(arguments);
  EXPECT_EQ(arguments->text("path"), "a.py");
  EXPECT_EQ(arguments->integer("start"), 3);
}

TEST(Arguments, LeaveOptionalOnesOut) {
  const auto arguments = Arguments::parse(R"({"path":"a.py","start":null})", words());
  ASSERT_TRUE(arguments);
  EXPECT_EQ(arguments->integer("start"), std::nullopt);
}

TEST(Arguments, CoerceWhatModelsMixUp) {
  const auto arguments = Arguments::parse(R"({"path":7,"start":"12","extra":true})", words());
  ASSERT_TRUE(arguments);
  EXPECT_EQ(arguments->text("path"), "7");
  EXPECT_EQ(arguments->integer("start"), 12);
}

TEST(Arguments, AcceptAnObjectWrittenAsAString) {
  const auto arguments = Arguments::parse(R"("{\"path\":\"a.py\"}")", words());
  ASSERT_TRUE(arguments);
  EXPECT_EQ(arguments->text("path"), "a.py");
}

TEST(Arguments, TellTheModelWhatIsMissing) {
  const auto arguments = Arguments::parse(R"({"folder":"a.py"})", words());
  ASSERT_FALSE(arguments);
  EXPECT_EQ(arguments.error().message, "path is missing; call look(path, start?)");
}

TEST(Arguments, RefuseBrokenJsonAndWrongTypes) {
  for (const auto* text : {R"({"path":"a.py")", "[]", "7", "not json", "\xff"}) {
    const auto arguments = Arguments::parse(text, words());
    ASSERT_FALSE(arguments) << text;
    EXPECT_THAT(arguments.error().message, HasSubstr("not a JSON object"));
  }
  const auto wrong = Arguments::parse(R"({"path":"a","start":"soon"})", words());
  ASSERT_FALSE(wrong);
  EXPECT_THAT(wrong.error().message, HasSubstr("start must be a whole number"));
}

TEST(Arguments, UnderstandTheUsualOtherNamesAndSaySo) {
  const auto arguments = Arguments::parse(R"({"file_path":"a.py","start_line":4})", words());
  ASSERT_TRUE(arguments);
  EXPECT_EQ(arguments->text("path"), "a.py");
  EXPECT_EQ(arguments->integer("start"), 4);
  EXPECT_THAT(arguments->mended(),
              testing::ElementsAre("file_path as path", "start_line as start"));
}

TEST(Arguments, MendJsonThatHasOneReadingOnly) {
  const auto arguments = Arguments::parse("{\"path\": \"a\nb\", \"start\": 1,}", words());
  ASSERT_TRUE(arguments);
  EXPECT_EQ(arguments->text("path"), "a\nb");
  EXPECT_EQ(arguments->integer("start"), 1);
  EXPECT_THAT(arguments->mended(), testing::ElementsAre("arguments that were not quite JSON"));
}

TEST(Arguments, NeverGuessTheRestOfTextThatBreaksOff) {
  const auto arguments = Arguments::parse(R"({"path":"a.py","start":)", words());
  ASSERT_FALSE(arguments);
  EXPECT_THAT(arguments.error().message, HasSubstr("break off; call look(path, start?) again"));
}

TEST(Arguments, UnwrapAnObjectAroundTheParameters) {
  const auto arguments = Arguments::parse(R"({"arguments":{"path":"a.py"}})", words());
  ASSERT_TRUE(arguments);
  EXPECT_EQ(arguments->text("path"), "a.py");
}

TEST(Arguments, JoinListsOfLinesAndArgumentVectors) {
  const auto run = make_words("run", "Run.\n\ncommand: for sh\n", {{.name = "command"}});
  const auto of = [&](const char* json) { return Arguments::parse(json, run)->text("command"); };
  EXPECT_EQ(of(R"({"command":["make","test"]})"), "make test");
  EXPECT_EQ(of(R"({"command":["bash","-lc","a | b"]})"), "a | b");
  EXPECT_EQ(of(R"({"command":["echo","two words"]})"), "echo 'two words'");
  EXPECT_EQ(Arguments::parse(R"({"path":["a","b"]})", words())->text("path"), "a\nb");
}

}  // namespace
}  // namespace plim::tools
