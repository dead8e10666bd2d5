#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "mcp/client.hpp"
#include "tools/tool.hpp"

namespace plim::mcp {

/// The user's servers, started at the first use of one of them, and again when one has ended.
class Servers {
 public:
  /// Says something to the user: a server that does not start, or ends.
  using Say = std::function<void(const std::string&)>;

  Servers(std::vector<ServerConfig> configs, Say say)
      : configs_(std::move(configs)), say_(std::move(say)) {}

  [[nodiscard]] bool empty() const { return configs_.empty(); }

  struct Running {
    std::string name;
    Client client;
  };
  /// All that could be started.
  [[nodiscard]] std::vector<Running>& running(std::stop_token stop);
  /// One of them has ended: it is started again, once in a task. Ends `running`'s references.
  void restart(const std::string& name, std::stop_token stop);

 private:
  void start(const ServerConfig& config, std::stop_token stop);

  std::vector<ServerConfig> configs_;
  Say say_;
  std::vector<Running> running_;
  std::set<std::string> restarted_;
  bool started_ = false;
};

/// The dispatcher pair, mcp_search and mcp_call: whatever the servers offer costs two small
/// schemas. `servers` must outlive them.
[[nodiscard]] std::vector<std::unique_ptr<tools::Tool>> make_tools(Servers& servers);

}  // namespace plim::mcp
