#include "engine/peer.hpp"

#include <algorithm>
#include <format>
#include <utility>

#include "engine/discovery.hpp"
#include "engine/exit_reason.hpp"
#include "engine/reply_builder.hpp"
#include "engine/wire.hpp"
#include "net/sse.hpp"

namespace plim::engine {
namespace {

using Clock = std::chrono::steady_clock;

double milliseconds_between(Clock::time_point from, Clock::time_point to) {
  return std::chrono::duration<double, std::milli>(to - from).count();
}

std::size_t count_calls(std::span<const chat::Message> transcript) {
  std::size_t count = 0;
  for (const auto& message : transcript) count += message.tool_calls.size();
  return count;
}

Error overflow_error(const Overflow& overflow) {
  if (overflow.prompt.value == 0 || overflow.context.value == 0)
    return {Errc::capacity, "the prompt does not fit the served context"};
  return {Errc::capacity, std::format("the prompt of {} tokens does not fit the context of {}",
                                      overflow.prompt.value, overflow.context.value)};
}

ChatError explain(const Peer& peer, const ServerError& error) {
  const auto name = to_string(peer.origin);
  if (error.overflow) return {overflow_error(*error.overflow), *error.overflow};
  const auto with = [&](Errc code, std::string_view what) {
    return Error{code, std::format("{} {}: {}", name, what, error.message)};
  };
  switch (error.status) {
    case 401:
    case 403:
      return with(Errc::denied, peer.api_key.empty()
                                    ? "wants a key (name its variable with --api-key-env)"
                                    : "refused the key (see --api-key-env)");
    case 404:
      return with(Errc::not_found, "does not have what was asked for");
    case 429:
      return with(Errc::io, "is busy");
    default:
      break;
  }
  if (tells_of_memory(error.message)) return with(Errc::capacity, "ran out of memory");
  if (error.status >= 500) return with(Errc::io, std::format("failed ({})", error.status));
  return with(Errc::invalid, std::format("refused the request ({})", error.status));
}

// One stream on its way: bytes in, a reply out.
class Stream {
 public:
  Stream(const Peer& peer, const ChatRequest& request, const Sink& on_delta)
      : peer_(peer), builder_(count_calls(request.transcript), on_delta) {}

  Result<void> take(std::string_view bytes) {
    begun_ = true;
    return reader_.feed(bytes, [this](const net::SseEvent& event) { return take_event(event); });
  }

  ChatResult finish(Result<net::Response> response) {
    if (server_error_) return std::unexpected(explain(peer_, *server_error_));
    if (!response && !builder_.complete()) return std::unexpected(broken(response.error()));
    if (response && response->status / 100 != 2)
      return std::unexpected(explain_status(peer_, response->status, response->body));
    if (!builder_.complete()) {
      return fail(Errc::protocol, "incomplete reply: {} ended the stream without finishing it",
                  to_string(peer_.origin));
    }
    auto reply = builder_.take();
    if (reply.usage.prefill_ms + reply.usage.decode_ms <= 0) {
      reply.usage.prefill_ms = milliseconds_between(start_, first_delta_);
      reply.usage.decode_ms = milliseconds_between(first_delta_, Clock::now());
    }
    return reply;
  }

 private:
  Result<void> take_event(const net::SseEvent& event) {
    if (event.data == "[DONE]") {
      builder_.end();
      return {};
    }
    auto chunk = parse_chunk(event.data);
    if (!chunk) return std::unexpected(std::move(chunk).error());
    if (chunk->error || event.name == "error") {
      server_error_ = chunk->error ? *chunk->error : parse_error(200, event.data);
      return fail(Errc::io, "{}", server_error_->message);
    }
    const bool visible = !chunk->text.empty() || !chunk->reasoning.empty() || !chunk->calls.empty();
    if (visible && first_delta_ == start_) first_delta_ = Clock::now();
    return builder_.add(*chunk);
  }

  // A connection lost in mid-stream is a reply cut short, whatever the socket calls it.
  ChatError broken(Error error) const {
    if (error.code != Errc::io || !begun_) return error;
    return during("incomplete reply")(Error{Errc::protocol, std::move(error.message)});
  }

  const Peer& peer_;
  net::SseReader reader_;
  ReplyBuilder builder_;
  std::optional<ServerError> server_error_;
  bool begun_ = false;
  Clock::time_point start_ = Clock::now();
  Clock::time_point first_delta_ = start_;
};

}  // namespace

ChatError explain_status(const Peer& peer, int status, std::string_view body) {
  return explain(peer, parse_error(status, body));
}

ChatResult chat_with(const Peer& peer, const ServedModel& served, const ChatRequest& request,
                     const Sink& on_delta, std::stop_token stop,
                     const std::function<void()>& on_bytes) {
  const net::Request http{.method = "POST",
                          .path = peer.base + "/chat/completions",
                          .body = request_json(request, served),
                          .bearer = peer.api_key,
                          .connect_limit = peer.connect_limit,
                          .silence_limit = peer.stall_limit};
  Stream stream(peer, request, on_delta);
  const auto take = [&](std::string_view bytes) {
    if (on_bytes) on_bytes();
    return stream.take(bytes);
  };
  auto reply = stream.finish(net::stream(peer.origin, http, take, std::move(stop)));
  if (!reply && reply.error().overflow && reply.error().overflow->context.value == 0)
    reply.error().overflow->context = served.context;  // where the server leaves it out
  return reply;
}

Result<void> probe(const Peer& peer, std::chrono::milliseconds limit, std::stop_token stop) {
  const net::Request request{.method = "POST",
                             .path = peer.base + "/chat/completions",
                             .body = R"({"messages":[{"role":"user","content":"1"}],)"
                                     R"("max_tokens":1,"cache_prompt":false})",
                             .bearer = peer.api_key,
                             .connect_limit = peer.connect_limit,
                             .silence_limit = limit};
  const auto answer = TRY(net::send(peer.origin, request, std::move(stop))
                              .transform_error(during("waiting for a first token")));
  if (answer.status == 200) return {};
  return std::unexpected(explain_status(peer, answer.status, answer.body).error);
}

std::string root_of(const Peer& peer) {
  constexpr std::string_view version = "/v1";
  std::string root = peer.base;
  if (root.ends_with(version)) root.resize(root.size() - version.size());
  return root;
}

Result<Tokens> count_tokens(const Peer& peer, std::string_view text, std::stop_token stop) {
  constexpr std::chrono::milliseconds soon = std::chrono::seconds(5);
  const auto answer = TRY(net::send(peer.origin,
                                    {.method = "POST",
                                     .path = root_of(peer) + "/tokenize",
                                     .body = tokenize_request(text),
                                     .bearer = peer.api_key,
                                     .connect_limit = std::min(soon, peer.connect_limit),
                                     .silence_limit = std::min(soon, peer.stall_limit)},
                                    std::move(stop)));
  const auto count = parse_token_count(answer.body);
  if (!count) return fail(Errc::protocol, "{} does not count tokens", to_string(peer.origin));
  return *count;
}

Result<net::Response> get(const Peer& peer, const std::string& path, std::stop_token stop) {
  constexpr std::chrono::milliseconds soon = std::chrono::seconds(30);
  return net::send(peer.origin,
                   {.path = path,
                    .bearer = peer.api_key,
                    .connect_limit = peer.connect_limit,
                    .silence_limit = std::min(soon, peer.stall_limit)},
                   std::move(stop));
}

}  // namespace plim::engine
