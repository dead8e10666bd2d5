// mcp: the Model Context Protocol: our tools for other agents (server.hpp).
// Does not: know what the tools do (app gives them), read the protocol's bytes (rpc/).
// Threads: the caller's.
// Start at: server.hpp.
#pragma once

#include <expected>
#include <functional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "base/error.hpp"
#include "rpc/rpc.hpp"

namespace plim::mcp {

/// One tool that other agents may call. All of ours only read.
struct ServedTool {
  std::string name;
  std::string title;
  std::string description;
  std::string input_schema;  ///< JSON Schema of an object.
  /// Errors are told to the calling model as the tool's result.
  std::function<Result<std::string>(const nlohmann::json& arguments)> call;
};

/// The server's side of the protocol, in both of its eras: 2026-07-28, where each request stands
/// alone and names its version, and 2024-11-05 to 2025-11-25, which begin with `initialize`. Keeps
/// no state between requests, so both may come mixed.
/// Source: the protocol's specification, revisions 2025-11-25 and 2026-07-28 (SEP-2575).
class Server {
 public:
  Server(std::string version, std::string instructions, std::vector<ServedTool> tools);

  [[nodiscard]] std::expected<nlohmann::json, rpc::RpcError> answer(
      const std::string& method, const nlohmann::json& params) const;

 private:
  std::string version_;
  std::string instructions_;
  std::vector<ServedTool> tools_;
};

}  // namespace plim::mcp
