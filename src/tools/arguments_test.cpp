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
  const auto arguments = Arguments::parse(R"({"file":"a.py"})", words());
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

}  // namespace
}  // namespace plim::tools
