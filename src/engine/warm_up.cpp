#include "engine/warm_up.hpp"

#include <format>
#include <string>
#include <utility>

#include "engine/slots.hpp"
#include "engine/wire.hpp"
#include "net/sse.hpp"

namespace plim::engine {
namespace {

// Room for the one token that is generated, and what some templates add.
constexpr std::int64_t left_free = 8;

// Tokens by number, small ones that every vocabulary has; never twice the same in a row.
std::string request_body(Tokens wanted) {
  std::string body = R"({"prompt":[)";
  for (std::int64_t i = 0; i < wanted.value; ++i)
    body += std::format("{}{}", i == 0 ? "" : ",", 3 + i % 61);
  body += R"(],"n_predict":1,"stream":true,"return_progress":true,"cache_prompt":false})";
  return body;
}

}  // namespace

Result<WarmUp> warm_up(const Peer& peer, Tokens context, std::chrono::milliseconds limit,
                       std::stop_token stop) {
  using Clock = std::chrono::steady_clock;
  WarmUp result{.wanted = Tokens{context.value - left_free}};
  if (result.wanted.value < 1) return result;
  const auto start = Clock::now();
  net::SseReader reader;
  const auto take = [&](const net::SseEvent& event) -> Result<void> {
    const auto chunk = parse_chunk(event.data);
    if (!chunk) return {};
    if (chunk->error) return fail(Errc::capacity, "{}", chunk->error->message);
    if (!chunk->progress) return {};
    result.read = chunk->progress->processed;
    const std::chrono::duration<double, std::milli> took = Clock::now() - start;
    if (result.read.value > 0)
      result.ms_per_token = took.count() / static_cast<double>(result.read.value);
    return {};
  };
  const auto answer = net::stream(
      peer.origin,
      {.method = "POST",
       .path = "/completion",
       .body = request_body(result.wanted),
       .bearer = peer.api_key,
       .connect_limit = peer.connect_limit,
       .silence_limit = std::min(peer.stall_limit, limit),
       .total_limit = limit},
      [&](std::string_view bytes) { return reader.feed(bytes, take); }, stop);
  const bool out_of_time = !answer && answer.error().code == Errc::timeout;
  if (!answer && !out_of_time) return std::unexpected(during("warming up")(answer.error()));
  if (answer && answer->status != 200)
    return std::unexpected(
        during("warming up")(explain_status(peer, answer->status, answer->body).error));
  return erase_slot(peer, std::move(stop)).transform([&] { return result; });
}

}  // namespace plim::engine
