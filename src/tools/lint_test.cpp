#include "tools/lint.hpp"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

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
              ElementsAre("t.a refers to #/x, which is not in the schema"));
  EXPECT_THAT(lint({"t", "d", R"({"type":"object","properties":{"a":{"pattern":"[a"}}})"}),
              ElementsAre("the pattern of t.a is more than grammars know"));
  EXPECT_THAT(lint({"t", "d", R"({"type":"object","properties":{"a":{}},"required":["b"]})"}),
              ElementsAre("t requires a parameter that it does not have"));
}

// tests/end_to_end/real_requests.py asks the real engine what it makes of the same schemas.
TEST(Lint, KnowsWhatTheEngineKeeps) {
  std::ifstream in(std::filesystem::path(PLIM_SOURCE_DIR) / "tests/tool_schemas.jsonl");
  int rows = 0;
  for (std::string line; std::getline(in, line); ++rows) {
    const auto row = nlohmann::ordered_json::parse(line);
    const auto problems = lint({"t", "d", row["schema"].dump()});
    EXPECT_EQ(problems.empty(), row["engine"] == "keeps")
        << row["name"] << ": " << testing::PrintToString(problems);
  }
  EXPECT_GT(rows, 80);
}

TEST(Lint, EndsInSchemasOfAnyDepth) {
  std::string deep = R"({"type":"object")";
  for (int i = 0; i < 100; ++i) deep += R"(,"properties":{"a":{"type":"object")";
  for (int i = 0; i < 100; ++i) deep += "}}";
  EXPECT_THAT(lint({"t", "d", deep + "}"}), ElementsAre(HasSubstr("nested too deeply")));
}

}  // namespace
}  // namespace plim::tools
