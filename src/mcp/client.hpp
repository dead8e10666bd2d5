// mcp: other programs' tools, spoken to as the Model Context Protocol has it.
// Does not: decide which servers run (the user's own configuration does), nor whether a call may.
// Threads: a Client belongs to one thread at a time.
// Start at: client.hpp for one server, client_tools.hpp for what the model sees of all.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "chat/message.hpp"

namespace plim::mcp {

/// How one server is started: from the user's own configuration, never from a project's.
struct ServerConfig {
  std::string name;
  std::vector<std::string> argv;  ///< argv[0] is an absolute path.
  std::vector<std::string> env;   ///< The whole environment, "NAME=value".
};

/// What a tool answered: the text of its content, the number of other parts said.
struct Answer {
  std::string text;
  bool is_error = false;
};

/// Messages to one server, a line of JSON each. One of the project's seams for tests.
class Transport {
 public:
  Transport() = default;
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;
  virtual ~Transport() = default;
  virtual Result<void> send(std::string_view line) = 0;
  /// The next line. Errors: timeout, cancelled, io when the server ended.
  virtual Result<std::string> receive(std::chrono::milliseconds limit, std::stop_token stop) = 0;
};

/// A connected server. Speaks 2026-07-28 (no handshake) and, to servers that do not know it,
/// 2025-11-25 and older (initialize). Source: modelcontextprotocol.io, specification 2026-07-28
/// "server/discover", 2025-11-25 "Lifecycle".
class Client {
 public:
  static constexpr std::chrono::milliseconds connect_limit{10'000};
  static constexpr std::chrono::milliseconds call_limit{120'000};

  /// Errors: timeout, io, cancelled; protocol for a server that speaks neither era.
  [[nodiscard]] static Result<Client> connect(std::unique_ptr<Transport> transport,
                                              std::stop_token stop);

  /// All tools, by name; asked for once. At most 1000.
  [[nodiscard]] const std::vector<chat::ToolSpec>& tools() const { return tools_; }
  [[nodiscard]] bool is_modern() const { return modern_; }

  /// `arguments` is the text of a JSON object. A requested stop tells the server.
  /// Errors: invalid for arguments that are no object; timeout, io, cancelled; protocol.
  [[nodiscard]] Result<Answer> call(const std::string& tool, std::string_view arguments,
                                    std::stop_token stop);

 private:
  explicit Client(std::unique_ptr<Transport> transport) : transport_(std::move(transport)) {}

  Result<void> shake_hands(std::stop_token stop);
  Result<void> list_tools(std::stop_token stop);
  /// The text of the result's JSON. Errors: also protocol with what the server calls its error.
  Result<std::string> request(std::string_view method, std::string params,
                              std::chrono::milliseconds limit, std::stop_token stop);
  Result<void> notify(std::string_view method, std::string params);
  Result<void> answer_server(const std::string& id, std::string_view method);

  std::unique_ptr<Transport> transport_;
  std::vector<chat::ToolSpec> tools_;
  std::int64_t next_id_ = 1;
  bool modern_ = true;
};

/// Starts a server as a child: its stdin and stdout are the protocol's, its stderr is dropped.
/// Errors: as sys::Process::spawn.
[[nodiscard]] Result<std::unique_ptr<Transport>> start_server(const ServerConfig& config);

}  // namespace plim::mcp
