// rpc: JSON-RPC 2.0 over lines of text, the serving side: for MCP, and for editors.
// Does not: know methods (mcp/, acp/), open connections.
// Threads: the caller's; one serve() at a time on a pair of descriptors.
// Start at: this header.
#pragma once

#include <cstddef>
#include <expected>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "base/error.hpp"

namespace plim::rpc {

/// Codes of the JSON-RPC 2.0 specification.
inline constexpr int parse_error = -32700;
inline constexpr int invalid_request = -32600;
inline constexpr int method_not_found = -32601;
inline constexpr int invalid_params = -32602;
inline constexpr int internal_error = -32603;

struct RpcError {
  int code = internal_error;
  std::string message;
  std::string data;  ///< JSON; empty: none.
};

/// Answers a call. Notifications are calls whose answer nobody reads.
using Dispatch = std::function<std::expected<nlohmann::json, RpcError>(
    const std::string& method, const nlohmann::json& params)>;

/// The line that answers a line, without its newline; nothing for notifications and for answers to
/// questions we never ask. A line may hold a batch. Never fails: what is no request is answered
/// with an error.
[[nodiscard]] std::optional<std::string> answer_line(std::string_view line,
                                                     const Dispatch& dispatch);

/// Answers the lines of descriptor `in`, one at a time, until its end. A line longer than 4 MiB
/// is answered with an error and skipped. `send` gets each answer with its newline.
/// Errors: cancelled when `stop` is requested; io.
[[nodiscard]] Result<void> serve(int in, const std::function<void(std::string_view)>& send,
                                 const Dispatch& dispatch, std::stop_token stop);

}  // namespace plim::rpc
