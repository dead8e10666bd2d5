#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "base/error.hpp"
#include "base/units.hpp"
#include "engine/engine.hpp"

namespace plim::engine {

/// An OpenAI-compatible server somebody else runs.
struct Endpoint {
  std::string url;                        ///< "http://host:port", with or without "/v1"; https too.
  std::optional<std::string> model = {};  ///< Absent: the only one the server lists.
  std::string api_key = {};               ///< Sent as a bearer token when not empty; never logged.
  std::optional<Tokens> context = {};     ///< The user's --ctx: wins where smaller or unknown.
  std::chrono::milliseconds connect_timeout{std::chrono::seconds(10)};
  std::chrono::milliseconds stall_limit{std::chrono::seconds(120)};  ///< Without any byte.
};

/// Asks the server who it is and returns an Engine that talks to it.
///
/// The served context is read from llama-server's /props, LM Studio's /api/v0/models, Ollama's
/// /api/ps and /api/show, or the model's entry in /v1/models, in this order.
/// Errors: invalid for a URL that is none, several models without a choice (all are named), or a
/// context that nobody states (the user must give --ctx); not_found for a refused connection or
/// a model the server does not list; denied for a refused key; protocol, timeout, cancelled.
[[nodiscard]] Result<std::unique_ptr<Engine>> connect(const Endpoint& endpoint,
                                                      std::stop_token stop);

}  // namespace plim::engine
