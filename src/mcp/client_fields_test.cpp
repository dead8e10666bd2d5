#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mcp/client.hpp"

namespace plim::mcp {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

std::string with(std::string_view properties) {
  return R"({"type":"object","properties":{)" + std::string(properties) + "}}";
}

// The examples of the specification.
TEST(McpFields, CarryWhatAHeaderCannotAsBase64) {
  EXPECT_EQ(field_value("us-west1"), "us-west1");
  EXPECT_EQ(field_value("Hello, 世界"), "=?base64?SGVsbG8sIOS4lueVjA==?=");
  EXPECT_EQ(field_value(" padded "), "=?base64?IHBhZGRlZCA=?=");
  EXPECT_EQ(field_value("line1\nline2"), "=?base64?bGluZTEKbGluZTI=?=");
  EXPECT_EQ(field_value("=?base64?literal?="), "=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?=");
  EXPECT_EQ(field_value(""), "");
}

TEST(McpFields, MirrorMarkedParametersWhereverPropertiesLead) {
  const auto schema =
      with(R"("region":{"type":"string","x-mcp-header":"Region"},"plain":{"type":"string"},)"
           R"("deep":{"type":"object","properties":{"a/b":{"type":"integer","x-mcp-header":"N"}}},)"
           R"("dry":{"type":"boolean","x-mcp-header":"Dry"})");
  EXPECT_THAT(*mirrored_parameters(schema, R"({"region":"eu","deep":{"a/b":-7},"dry":true})"),
              ElementsAre(Pair("Mcp-Param-Region", "eu"), Pair("Mcp-Param-N", "-7"),
                          Pair("Mcp-Param-Dry", "true")));
  EXPECT_THAT(*mirrored_parameters(schema, R"({"region":null,"plain":"x"})"), IsEmpty());
  EXPECT_THAT(*mirrored_parameters("{}", "{}"), IsEmpty());
}

TEST(McpFields, RefuseMarksWhereNoneMayStand) {
  for (const auto* wrong :
       {R"("a":{"type":"number","x-mcp-header":"A"})", R"("a":{"type":"string","x-mcp-header":""})",
        R"("a":{"type":"string","x-mcp-header":"A B"})",
        R"("a":{"type":"string","x-mcp-header":7})",
        R"("a":{"type":"array","items":{"type":"string","x-mcp-header":"A"}})",
        R"("a":{"anyOf":[{"type":"string","x-mcp-header":"A"}]})",
        R"("a":{"type":"string","x-mcp-header":"A"},"b":{"type":"string","x-mcp-header":"a"})"}) {
    const auto fields = mirrored_parameters(with(wrong), "{}");
    ASSERT_FALSE(fields) << wrong;
    EXPECT_EQ(fields.error().code, Errc::invalid);
  }
  // A parameter that only has that name, and a value that looks like a mark.
  EXPECT_TRUE(mirrored_parameters(
      with(R"("x-mcp-header":{"type":"string","default":{"x-mcp-header":1}})"), "{}"));
}

}  // namespace
}  // namespace plim::mcp
