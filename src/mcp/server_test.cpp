#include "mcp/server.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace plim::mcp {
namespace {

using Json = nlohmann::json;

Server make_server() {
  return {"1.2.3",
          "Ask search first.",
          {{.name = "search",
            .title = "Search",
            .description = "finds files",
            .input_schema = R"({"type":"object","properties":{"query":{"type":"string"}}})",
            .call = [](const Json& arguments) -> Result<std::string> {
              const auto query = arguments.value("query", "");
              if (query.empty()) return fail(Errc::invalid, "query is empty");
              return "found " + query + "\xff";
            }}}};
}

Json modern_params(Json params = Json::object(), const std::string& version = "2026-07-28") {
  params["_meta"] = {{"io.modelcontextprotocol/protocolVersion", version},
                     {"io.modelcontextprotocol/clientCapabilities", Json::object()}};
  return params;
}

TEST(McpServer, AgreesOnAVersionOfTheHandshakeEra) {
  const auto server = make_server();
  const auto agreed = [&](const char* asked) {
    return server.answer("initialize", {{"protocolVersion", asked}})->at("protocolVersion");
  };
  EXPECT_EQ(agreed("2025-11-25"), "2025-11-25");
  EXPECT_EQ(agreed("2024-11-05"), "2024-11-05");
  EXPECT_EQ(agreed("2026-07-28"), "2025-11-25");
  EXPECT_EQ(agreed("1999-01-01"), "2025-11-25");
  EXPECT_TRUE(server.answer("ping", Json::object()));
}

TEST(McpServer, ListsToolsTheSameWayEachTime) {
  const auto server = make_server();
  const auto list = server.answer("tools/list", Json::object());
  ASSERT_TRUE(list);
  EXPECT_EQ(list->at("tools").at(0).at("inputSchema").at("type"), "object");
  EXPECT_EQ(list->dump(), server.answer("tools/list", Json::object())->dump());
}

TEST(McpServer, CallsATool) {
  const auto server = make_server();
  const auto good =
      server.answer("tools/call", {{"name", "search"}, {"arguments", {{"query", "x"}}}});
  ASSERT_TRUE(good);
  EXPECT_EQ(good->at("isError"), false);
  EXPECT_EQ(good->at("content").at(0).at("text"), "found x\xEF\xBF\xBD");
  const auto bad = server.answer("tools/call", {{"name", "search"}});
  ASSERT_TRUE(bad);
  EXPECT_EQ(bad->at("isError"), true);
}

TEST(McpServer, RefusesWhatIsNotThere) {
  const auto server = make_server();
  EXPECT_EQ(server.answer("tools/call", {{"name", "rm"}}).error().code, rpc::invalid_params);
  EXPECT_EQ(server.answer("tools/call", Json(3)).error().code, rpc::invalid_params);
  EXPECT_EQ(server.answer("tools/call", {{"name", "search"}, {"arguments", 3}}).error().code,
            rpc::invalid_params);
  EXPECT_EQ(server.answer("resources/list", Json::object()).error().code, rpc::method_not_found);
}

TEST(McpServer, AnswersRequestsThatStandAlone) {
  const auto server = make_server();
  const auto list = server.answer("tools/list", modern_params());
  ASSERT_TRUE(list);
  EXPECT_EQ(list->at("resultType"), "complete");
  EXPECT_TRUE(list->contains("ttlMs"));
  const auto found = server.answer("server/discover", modern_params());
  ASSERT_TRUE(found);
  EXPECT_EQ(found->at("supportedVersions").at(0), "2026-07-28");
  // What that era took away.
  EXPECT_EQ(server.answer("ping", modern_params()).error().code, rpc::method_not_found);
  EXPECT_EQ(server.answer("initialize", modern_params()).error().code, rpc::method_not_found);
}

TEST(McpServer, SaysWhichVersionsItSpeaks) {
  const auto server = make_server();
  const auto refused = server.answer("tools/list", modern_params(Json::object(), "2030-01-01"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, -32022);
  const auto data = Json::parse(refused.error().data, nullptr, false);
  EXPECT_EQ(data.at("requested"), "2030-01-01");
  EXPECT_EQ(data.at("supported").at(0), "2026-07-28");
  Json incomplete{{"_meta", {{"io.modelcontextprotocol/protocolVersion", "2026-07-28"}}}};
  EXPECT_EQ(server.answer("tools/list", incomplete).error().code, rpc::invalid_params);
}

}  // namespace
}  // namespace plim::mcp
