#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "engine/test_support.hpp"
#include "net/sse.hpp"

namespace plim::engine {
namespace {

using Json = nlohmann::ordered_json;

// What a value looks like: its members in order and their kinds, without what they hold.
std::string shape(const Json& value) {
  if (value.is_array()) return "[" + (value.empty() ? "" : shape(value.front())) + "]";
  if (!value.is_object()) return value.is_number() ? "number" : value.type_name();
  std::string text;
  for (const auto& [key, member] : value.items())
    text += (text.empty() ? "" : ",") + key + ":" + shape(member);
  return "{" + text + "}";
}

// The shapes of a stream's events, each run of equal ones once.
std::vector<std::string> shapes(const Peer& peer) {
  const net::Request request{
      .method = "POST",
      .path = "/v1/chat/completions",
      .body = R"({"stream":true,"stream_options":{"include_usage":true},"return_progress":true,)"
              R"("max_tokens":6,"messages":[{"role":"user","content":"hello"}]})",
      .bearer = peer.api_key};
  std::vector<std::string> all;
  net::SseReader reader;
  const auto keep = [&](const net::SseEvent& event) -> Result<void> {
    const auto parsed = Json::parse(event.data, nullptr, false);
    auto text = parsed.is_discarded() ? event.data : shape(parsed);
    if (all.empty() || all.back() != text) all.push_back(std::move(text));
    return {};
  };
  const auto done = net::stream(
      peer.origin, request, [&](std::string_view bytes) { return reader.feed(bytes, keep); }, {});
  EXPECT_TRUE(done);
  return all;
}

// What the real server answers to a request that fails.
std::string error_shape(const Peer& peer, const std::string& body) {
  const auto answer = net::send(
      peer.origin,
      {.method = "POST", .path = "/v1/chat/completions", .body = body, .bearer = peer.api_key}, {});
  if (!answer) return answer.error().message;
  return std::format("{} {}", answer->status, shape(Json::parse(answer->body, nullptr, false)));
}

TEST(WireFormat, OfTheFakeIsThatOfTheRealServer) {
  const auto dir = test::make_dir();
  const auto real = LocalEngine::start(test::real_options(dir), {});
  ASSERT_TRUE(real) << real.error().message;
  const auto fake_dir = test::make_dir();
  const auto script = fake_dir.path() / "model.jsonl";
  test::write_file(script, R"({"content":"some words","finish":"length"})");
  const auto fake =
      LocalEngine::start(test::fake_options(fake_dir, {"--script", script.string()}), {});
  ASSERT_TRUE(fake) << fake.error().message;
  EXPECT_EQ(shapes((*fake)->server().peer()), shapes((*real)->server().peer()));

  const std::string long_request =
      R"({"stream":true,"messages":[{"role":"user","content":")" + std::string(9000, 'x') + "\"}]}";
  EXPECT_EQ(error_shape((*fake)->server().peer(), long_request),
            error_shape((*real)->server().peer(), long_request));
  auto stranger = (*fake)->server().peer();
  auto real_stranger = (*real)->server().peer();
  stranger.api_key = real_stranger.api_key = "wrong";
  EXPECT_EQ(error_shape(stranger, "{}"), error_shape(real_stranger, "{}"));
}

}  // namespace
}  // namespace plim::engine
