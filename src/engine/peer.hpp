#pragma once

#include <chrono>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>

#include "engine/engine.hpp"
#include "net/http.hpp"

namespace plim::engine {

/// A server to chat with, and how patient to be.
struct Peer {
  net::Origin origin;
  std::string base = "/v1";  ///< Path in front of "/chat/completions" and "/models".
  std::string api_key;
  std::chrono::milliseconds connect_limit{std::chrono::seconds(10)};
  std::chrono::milliseconds stall_limit{std::chrono::seconds(120)};
};

/// Engine::chat against one server. `on_bytes` is called for whatever arrives.
[[nodiscard]] ChatResult chat_with(const Peer& peer, const ServedModel& served,
                                   const ChatRequest& request, const Sink& on_delta,
                                   std::stop_token stop,
                                   const std::function<void()>& on_bytes = {});

/// Asks for one token and waits as long as `limit` for it: /health is said by the server's outer
/// shell, only a token proves that the model computes. Errors: as Engine::chat.
[[nodiscard]] Result<void> probe(const Peer& peer, std::chrono::milliseconds limit,
                                 std::stop_token stop);

/// A GET whose answer is wanted soon. Errors: as net::send; the status is the caller's to judge.
[[nodiscard]] Result<net::Response> get(const Peer& peer, const std::string& path,
                                        std::stop_token stop);

/// llama-server's POST /tokenize: how many tokens its model makes of `text`. Waits a few seconds at
/// most. Errors: as net::send; protocol when it does not say.
[[nodiscard]] Result<Tokens> count_tokens(const Peer& peer, std::string_view text,
                                          std::stop_token stop);

/// Where a server's own, non-OpenAI pages are: the base less its "/v1".
[[nodiscard]] std::string root_of(const Peer& peer);

/// What an HTTP error means to the user.
[[nodiscard]] ChatError explain_status(const Peer& peer, int status, std::string_view body);

}  // namespace plim::engine
