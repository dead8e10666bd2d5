#include "tools/lint.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tools/toolbox.hpp"

namespace plim::tools {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(Lint, FindsNothingInOurOwnTools) {
  for (const auto format :
       {EditFormat::replace, EditFormat::line, EditFormat::patch, EditFormat::whole}) {
    const Toolbox toolbox(format);
    for (const auto& tool : toolbox.specs()) EXPECT_THAT(lint(tool), IsEmpty()) << tool.name;
  }
}

TEST(Lint, NamesWhatBreaksGrammarsAndTemplates) {
  EXPECT_THAT(lint({"no spaces", "d", R"({"type":"object"})"}), ElementsAre(HasSubstr("name")));
  EXPECT_THAT(lint({"t", "Use <|im_end|>", R"({"type":"object"})"}),
              ElementsAre(HasSubstr("marks")));
  EXPECT_THAT(lint({"t", "d", R"({"type":"string"})"}), ElementsAre(HasSubstr("of an object")));
  EXPECT_THAT(lint({"t", "d", "{"}), ElementsAre(HasSubstr("of an object")));
  EXPECT_THAT(lint({"t", "d", R"({"type":"object","properties":{"a":{"$ref":"#/x"}}})"}),
              ElementsAre("t.a uses $ref, which grammars do not know"));
  EXPECT_THAT(lint({"t", "d", R"({"type":"object","properties":{"a":{"pattern":"[a"}}})"}),
              ElementsAre(HasSubstr("must begin with ^")));
  EXPECT_THAT(lint({"t", "d", R"({"type":"object","properties":{"a":{}},"required":["b"]})"}),
              ElementsAre("t requires a parameter that it does not have"));
}

TEST(Lint, EndsInSchemasOfAnyDepth) {
  std::string deep = R"({"type":"object")";
  for (int i = 0; i < 100; ++i) deep += R"(,"properties":{"a":{"type":"object")";
  for (int i = 0; i < 100; ++i) deep += "}}";
  EXPECT_THAT(lint({"t", "d", deep + "}"}), ElementsAre(HasSubstr("nested too deeply")));
}

}  // namespace
}  // namespace plim::tools
