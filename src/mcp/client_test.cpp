#include "mcp/client.hpp"

#include <deque>
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mcp/client_tools.hpp"
#include "sys/interrupt.hpp"
#include "workspace/workspace.hpp"

namespace plim::mcp {
namespace {

using testing::HasSubstr;

// Answers each request with the next of `replies`, in which ID stands for the request's id.
class ScriptedTransport final : public Transport {
 public:
  explicit ScriptedTransport(std::deque<std::string> replies, std::vector<std::string>& sent)
      : replies_(std::move(replies)), sent_(sent) {}
  Result<void> send(const Outgoing& message) override {
    sent_.push_back(message.text);
    return {};
  }
  Result<void> request(const Outgoing& message, const Take& take, std::chrono::milliseconds,
                       std::stop_token stop) override {
    TRY(send(message));
    if (stop.stop_requested()) return fail(Errc::cancelled, "stopped");
    const auto at = message.text.find("\"id\":");
    const auto id = message.text.substr(at + 5, message.text.find(',', at) - at - 5);
    while (!replies_.empty()) {
      auto reply = replies_.front();
      replies_.pop_front();
      if (const auto mark = reply.find("ID"); mark != std::string::npos) reply.replace(mark, 2, id);
      const bool answered = TRY(take(reply));
      if (answered) return {};
    }
    return fail(Errc::timeout, "nothing");
  }

 private:
  std::deque<std::string> replies_;
  std::vector<std::string>& sent_;
};

const std::string discovered = R"({"jsonrpc":"2.0","id":ID,"result":{"supportedVersions":[]}})";
const std::string unknown =
    R"({"jsonrpc":"2.0","id":ID,"error":{"code":-32601,"message":"Method not found"}})";
const std::string hello = R"({"jsonrpc":"2.0","id":ID,"result":{"protocolVersion":"2025-06-18"}})";
const std::string two_tools =
    R"({"jsonrpc":"2.0","id":ID,"result":{"tools":[{"name":"b","description":"Second"},)"
    R"({"name":"a","inputSchema":{"type":"object"}}]}})";

class McpClient : public testing::Test {
 protected:
  Result<Client> connect(std::deque<std::string> replies) {
    return Client::connect(std::make_unique<ScriptedTransport>(std::move(replies), sent_), {});
  }
  std::vector<std::string> sent_;
};

TEST_F(McpClient, SpeaksWithoutAHandshakeToAServerOfToday) {
  const auto client = connect({discovered, two_tools});
  ASSERT_TRUE(client);
  EXPECT_TRUE(client->is_modern());
  ASSERT_EQ(client->tools().size(), 2U);
  EXPECT_EQ(client->tools()[0].name, "a");
  EXPECT_THAT(sent_.at(1), HasSubstr(R"("io.modelcontextprotocol/protocolVersion":"2026-07-28")"));
}

TEST_F(McpClient, ShakesHandsWithAnOlderOne) {
  const auto client = connect({unknown, hello, two_tools});
  ASSERT_TRUE(client) << client.error().message;
  EXPECT_FALSE(client->is_modern());
  EXPECT_THAT(sent_.at(1), HasSubstr(R"("method":"initialize")"));
  EXPECT_THAT(sent_.at(2), HasSubstr(R"("method":"notifications/initialized")"));
  EXPECT_THAT(sent_.at(3), testing::Not(HasSubstr("_meta")));
}

TEST_F(McpClient, AsksForEveryPage) {
  const auto client = connect(
      {discovered, R"({"id":ID,"result":{"tools":[{"name":"x"}],"nextCursor":"p2"}})", two_tools});
  ASSERT_TRUE(client);
  EXPECT_EQ(client->tools().size(), 3U);
  EXPECT_THAT(sent_.back(), HasSubstr(R"("cursor":"p2")"));
}

TEST_F(McpClient, ReadsTextAndPassesOverNoiseAndQuestions) {
  auto client = connect({discovered, two_tools, "starting up…", R"({"id":7,"method":"ping"})",
                         R"({"method":"notifications/message","params":{}})",
                         R"({"id":ID,"result":{"content":[{"type":"text","text":"one"},)"
                         R"({"type":"image"},{"type":"text","text":"two"}],"isError":true}})"});
  ASSERT_TRUE(client);
  const auto answer = client->call("a", R"({"x":1})", {});
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->text, "one\ntwo\n[1 parts that are no text are left out]");
  EXPECT_TRUE(answer->is_error);
  EXPECT_EQ(sent_.back(), R"({"jsonrpc":"2.0","id":7,"result":{}})");
}

TEST_F(McpClient, SaysWhatWentWrong) {
  EXPECT_EQ(connect({}).error().code, Errc::timeout);
  auto client = connect({discovered, two_tools, unknown});
  ASSERT_TRUE(client);
  EXPECT_EQ(client->call("a", "[1]", {}).error().code, Errc::invalid);
  EXPECT_EQ(client->call("a", "{}", {}).error().message, "Method not found");
  EXPECT_EQ(client->call("a", "{}", {}).error().code, Errc::timeout);
  EXPECT_THAT(sent_.back(), HasSubstr("notifications/cancelled"));
}

// A server of a few lines of shell: it answers by the method, in the order it is asked.
ServerConfig shell_server(const std::string& script) {
  return {.name = "shell", .argv = {"/bin/sh", "-c", script}, .env = {"PATH=/usr/bin:/bin"}};
}

constexpr auto obedient = R"(
n=0
while read -r line; do
  n=$((n+1))
  case "$line" in
    *server/discover*) echo '{"id":'$n',"result":{}}' ;;
    *tools/list*) echo '{"id":'$n',"result":{"tools":[{"name":"echo","description":"Says it again.","inputSchema":{"type":"object","properties":{"text":{"type":"string","description":"what to say"}},"required":["text"]}}]}}' ;;
    *tools/call*) echo noise; echo '{"id":'$n',"result":{"content":[{"type":"text","text":"said"}]}}' ;;
  esac
done)";

TEST(McpStdio, StartsTalksAndEnds) {
  auto transport = start_server(shell_server(obedient));
  ASSERT_TRUE(transport) << transport.error().message;
  auto client = Client::connect(*std::move(transport), {});
  ASSERT_TRUE(client) << client.error().message;
  EXPECT_EQ(client->tools().at(0).name, "echo");
  EXPECT_EQ(client->call("echo", R"({"text":"x"})", {})->text, "said");
}

TEST(McpStdio, SaysThatAServerEnded) {
  const sys::Interrupt interrupt;  // as in plim: writing to what has ended is no signal
  auto transport = start_server(shell_server("exit 3"));
  ASSERT_TRUE(transport);
  EXPECT_EQ(Client::connect(*std::move(transport), {}).error().code, Errc::io);
  EXPECT_FALSE(start_server({.name = "none", .argv = {}, .env = {}}));
}

TEST(McpTools, AreTwoWhateverTheServersOffer) {
  const sys::Interrupt interrupt;
  std::vector<std::string> said;
  Servers servers({shell_server(obedient), {.name = "broken", .argv = {"/bin/false"}, .env = {}}},
                  [&](const std::string& text) { said.push_back(text); });
  const auto both = make_tools(servers);
  ASSERT_EQ(both.size(), 2U);
  std::stop_source stop;
  const auto place = std::filesystem::path(testing::TempDir()) / "mcp_tools";
  std::filesystem::create_directories(place / "project");
  auto files = workspace::Workspace::open(place / "project", place / "state").value();
  const tools::OpenSandbox none;
  const auto run = [&](const tools::Tool& tool, const char* json) {
    const auto arguments = tools::Arguments::parse(json, tool.words());
    return tool.run(*arguments, {files, none, 4000, stop.get_token()});
  };
  EXPECT_EQ(run(*both[0], R"({"query":"again"})").text,
            "shell/echo: Says it again.\n  text: string: what to say");
  EXPECT_THAT(said, testing::ElementsAre(HasSubstr("MCP server broken cannot be used")));
  EXPECT_EQ(run(*both[0], R"({"query":"deploy"})").text,
            "no tool matches; an empty query lists all");
  EXPECT_EQ(run(*both[1], R"({"tool":"shell/echo","arguments":{"text":"x"}})").text, "said");
  EXPECT_TRUE(run(*both[1], R"({"tool":"nowhere/echo"})").is_error);
}

}  // namespace
}  // namespace plim::mcp
