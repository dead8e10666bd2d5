#include "engine/endpoint.hpp"

#include <gtest/gtest.h>

#include "engine/test_support.hpp"

namespace plim::engine {
namespace {

using std::chrono::milliseconds;
using test::ask;
using test::FakeServer;

// One chat with a server that plays `script`.
ChatResult chat_once(std::string_view script, const Sink& sink = test::ignore,
                     std::stop_token stop = {}, milliseconds stall = std::chrono::seconds(60)) {
  const FakeServer server(script);
  const auto engine = connect({.url = server.url(), .stall_limit = stall}, {});
  if (!engine) return std::unexpected(engine.error());
  const auto transcript = ask("hi");
  return (*engine)->chat({.transcript = transcript}, sink, std::move(stop));
}

TEST(Endpoint, IsAskedWhoItIs) {
  const FakeServer server("", {"--alias", "coder", "--ctx-size", "5000"});
  for (const std::string tail : {"", "/", "/v1", "/v1/"}) {
    const auto engine = connect({.url = server.url() + tail}, {});
    ASSERT_TRUE(engine) << engine.error().message;
    EXPECT_EQ((*engine)->served(),
              (ServedModel{"coder", {5000}, "/props", true, "b11669-Debian", ""}));
  }
}

TEST(Endpoint, TakesTheUsersContextOnlyWhereItIsSmaller) {
  const FakeServer server("", {"--ctx-size", "5000"});
  const auto small = connect({.url = server.url(), .context = Tokens{100}}, {});
  ASSERT_TRUE(small);
  EXPECT_EQ((*small)->served().context, Tokens{100});
  EXPECT_EQ((*small)->served().context_source, "--ctx");
  const auto large = connect({.url = server.url(), .context = Tokens{9000}}, {});
  ASSERT_TRUE(large);
  EXPECT_EQ((*large)->served().context, Tokens{5000});
}

TEST(Endpoint, RefusesAModelThatIsNotServed) {
  const FakeServer server("", {"--alias", "coder"});
  const auto engine = connect({.url = server.url(), .model = "other"}, {});
  ASSERT_FALSE(engine);
  EXPECT_EQ(engine.error().code, Errc::not_found);
  EXPECT_TRUE(engine.error().message.contains("coder")) << engine.error().message;
}

TEST(Endpoint, NamesItsModelsWhereItServesSeveralAndNoneIsChosen) {
  const FakeServer server("", {"--alias", "coder", "--also", "writer", "--also", "tiny"});
  const auto engine = connect({.url = server.url()}, {});
  ASSERT_FALSE(engine);
  EXPECT_EQ(engine.error(),
            (Error{Errc::invalid, server.url() + " serves several models, choose one with --model: "
                                                 "coder, writer, tiny"}));
  const auto chosen = connect({.url = server.url(), .model = "writer"}, {});
  ASSERT_TRUE(chosen) << chosen.error().message;
  EXPECT_EQ((*chosen)->served().name, "writer");
}

TEST(Endpoint, WantsTheKeyAndTakesIt) {
  const FakeServer server(R"({"content":"in"})", {"--api-key", "sesame"});
  const auto without = connect({.url = server.url()}, {});
  ASSERT_FALSE(without);
  EXPECT_EQ(without.error().code, Errc::denied);
  EXPECT_TRUE(without.error().message.contains("--api-key-env")) << without.error().message;
  const auto wrong = connect({.url = server.url(), .api_key = "simsim"}, {});
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, Errc::denied);
  EXPECT_FALSE(wrong.error().message.contains("simsim"));
  const auto engine = connect({.url = server.url(), .api_key = "sesame"}, {});
  ASSERT_TRUE(engine);
  const auto transcript = ask("x");
  EXPECT_TRUE((*engine)->chat({.transcript = transcript}, test::ignore, {}));
}

TEST(Endpoint, SaysThatNothingListens) {
  std::string url;
  {
    const FakeServer server("");
    url = server.url();
  }
  const auto engine = connect({.url = url}, {});
  ASSERT_FALSE(engine);
  EXPECT_EQ(engine.error().code, Errc::not_found);
}

TEST(EndpointChat, ReturnsTheReplyAndStreamsIt) {
  std::string text;
  std::string thought;
  const Sink sink = [&](const Delta& delta) {
    if (const auto* piece = std::get_if<chat::TextDelta>(&delta))
      (piece->reasoning ? thought : text) += piece->text;
  };
  const auto reply = chat_once(
      R"({"content":"grüße","reasoning_content":"hm","tool_calls":[)"
      R"({"name":"read","arguments":{"path":"a.py"}},{"name":"run","arguments":"{oops","id":""}]})",
      sink);
  ASSERT_TRUE(reply) << reply.error().error.message;
  EXPECT_EQ(reply->message,
            (chat::Message{.role = chat::Role::assistant,
                           .content = "grüße",
                           .reasoning = "hm",
                           .tool_calls = {{"fake-1-0", "read", R"({"path":"a.py"})"},
                                          {"call_2", "run", "{oops"}}}));
  EXPECT_EQ(reply->finish, chat::FinishReason::tool_calls);
  EXPECT_GT(reply->usage.prompt.value, 0);
  EXPECT_EQ(text, "grüße");
  EXPECT_EQ(thought, "hm");
}

TEST(EndpointChat, KeepsACutOffReplyAndSaysSo) {
  const auto reply = chat_once(R"({"content":"half a","finish":"length"})");
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->finish, chat::FinishReason::length);
  EXPECT_EQ(reply->message.content, "half a");
}

TEST(EndpointChat, NamesEveryWayToBreakOff) {
  const auto code = [](std::string_view script, milliseconds stall = std::chrono::seconds(60)) {
    const auto reply = chat_once(script, test::ignore, {}, stall);
    return reply ? std::optional<Errc>() : reply.error().error.code;
  };
  EXPECT_EQ(code(R"({"content":"a","cut":true})"), Errc::protocol);
  EXPECT_EQ(code(R"({"content":"a","die":true})"), Errc::protocol);
  EXPECT_EQ(code(R"({"content":"a","broken_sse":true})"), Errc::protocol);
  EXPECT_EQ(code(R"({"content":"a","stall":true})", milliseconds(200)), Errc::timeout);
  EXPECT_EQ(code(R"({"status":500,"body":{"error":{"message":"x"}}})"), Errc::io);
  EXPECT_EQ(code(R"({"status":503,"body":{"error":{"message":"Loading model"}}})"), Errc::io);
  EXPECT_EQ(code(R"({"status":404,"body":{"error":{"message":"x"}}})"), Errc::not_found);
  EXPECT_EQ(code(R"({"status":400,"body":{"error":{"message":"x"}}})"), Errc::invalid);
  EXPECT_EQ(code(R"({"status":302,"body":{}})"), Errc::invalid);
  EXPECT_EQ(code(R"({"status":500,"body":{"error":{"message":"CUDA error: out of memory"}}})"),
            Errc::capacity);
}

TEST(EndpointChat, GivesAnOverflowWithItsNumbers) {
  const FakeServer server("", {"--ctx-size", "64"});
  const auto engine = connect({.url = server.url()}, {});
  ASSERT_TRUE(engine);
  const auto transcript = ask(std::string(1000, 'x'));
  const auto reply = (*engine)->chat({.transcript = transcript}, test::ignore, {});
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().error.code, Errc::capacity);
  ASSERT_TRUE(reply.error().overflow);
  EXPECT_EQ(reply.error().overflow->context, Tokens{64});
  EXPECT_GT(reply.error().overflow->prompt, Tokens{250});
}

TEST(EndpointChat, StopsInTheMiddleOfAStreamThatSaysNothing) {
  std::stop_source stop;
  const Sink sink = [&](const Delta&) { stop.request_stop(); };
  const auto reply = chat_once(R"({"content":"a","stall":true})", sink, stop.get_token());
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().error.code, Errc::cancelled);
}

TEST(EndpointChat, SendsTheSameBytesForTheSameConversation) {
  const FakeServer server("{\"content\":\"a\"}\n{\"content\":\"b\"}\n");
  const auto engine = connect({.url = server.url()}, {});
  ASSERT_TRUE(engine);
  const auto transcript = ask("hi");
  ASSERT_TRUE((*engine)->chat({.transcript = transcript}, test::ignore, {}));
  const auto first = server.requests();
  ASSERT_TRUE((*engine)->chat({.transcript = transcript}, test::ignore, {}));
  EXPECT_EQ(server.requests(), first + first);
}

}  // namespace
}  // namespace plim::engine
