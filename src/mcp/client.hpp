// mcp: other programs' tools, spoken to as the Model Context Protocol has it.
// Does not: decide which servers run (the user's own configuration does), nor whether a call may.
// Threads: a Client belongs to one thread at a time.
// Start at: client.hpp for one server, client_tools.hpp for what the model sees of all.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "chat/message.hpp"
#include "net/http.hpp"

namespace plim::mcp {

/// How one server is reached: from the user's own configuration, never from a project's.
struct ServerConfig {
  std::string name;
  std::vector<std::string> argv = {};  ///< A program to start; argv[0] is an absolute path.
  std::vector<std::string> env = {};   ///< Its whole environment, "NAME=value".
  std::string url = {};                ///< Not empty: a server that runs already.
  net::Fields fields = {};             ///< What its requests say besides: "Authorization".
};

/// What a tool answered: the text of its content, the number of other parts said.
struct Answer {
  std::string text;
  bool is_error = false;
};

/// A message for a server, and what HTTP says of it in its header.
struct Outgoing {
  std::string text;  ///< JSON, one line.
  net::Fields fields = {};
};

/// The way to one server. One of the project's seams for tests.
class Transport {
 public:
  /// Takes a message of the server's; true when it was the one that was waited for.
  using Take = std::function<Result<bool>(std::string_view text)>;

  Transport() = default;
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;
  virtual ~Transport() = default;
  /// Sends what has no answer. Errors: as request.
  virtual Result<void> send(const Outgoing& message) = 0;
  /// Sends a request and gives what comes to `take` until that is content. `take` may send.
  /// Errors: timeout; cancelled; io when the server ended or is not there; denied when it wants
  /// other credentials; conflict when it forgot the session; protocol; whatever `take` returns.
  virtual Result<void> request(const Outgoing& message, const Take& take,
                               std::chrono::milliseconds limit, std::stop_token stop) = 0;
  /// Whether a request has a connection to itself, so that to leave it is to cancel it.
  [[nodiscard]] virtual bool cancels_by_leaving() const { return false; }
};

/// A connected server. Speaks 2026-07-28 (no handshake) and, to servers that do not know it,
/// 2025-11-25 and older (initialize). Source: modelcontextprotocol.io, specification 2026-07-28
/// "Versioning", 2025-11-25 "Lifecycle".
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

  Result<void> find_era(std::stop_token stop);
  Result<void> shake_hands(std::stop_token stop);
  Result<void> list_tools(std::stop_token stop);
  /// The text of the result's JSON. Errors: also protocol with what the server calls its error.
  Result<std::string> request(std::string_view method, std::string params,
                              std::chrono::milliseconds limit, std::stop_token stop,
                              net::Fields fields = {});
  Result<void> notify(std::string_view method, std::string params);
  Result<void> answer_server(const std::string& id, std::string_view method);
  [[nodiscard]] Outgoing outgoing(std::string text, net::Fields fields = {}) const;

  std::unique_ptr<Transport> transport_;
  std::vector<chat::ToolSpec> tools_;
  std::int64_t next_id_ = 1;
  bool modern_ = true;
  std::string version_;  // agreed on
};

/// Starts a server as a child: its stdin and stdout are the protocol's, its stderr is dropped.
/// Errors: as sys::Process::spawn.
[[nodiscard]] Result<std::unique_ptr<Transport>> start_server(const ServerConfig& config);

/// The way to a server behind a URL ("Streamable HTTP"). Connects with the first message.
/// Errors: invalid for what is no URL.
[[nodiscard]] Result<std::unique_ptr<Transport>> reach_server(const ServerConfig& config);

/// The fields that a tool wants to see in the header of its call, by its schema's "x-mcp-header".
/// `schema` and `arguments` are JSON texts. Errors: invalid for a schema that the specification
/// says to leave its tool out for. Source: MCP 2026-07-28, "Custom Headers from Tool Parameters".
[[nodiscard]] Result<net::Fields> mirrored_parameters(std::string_view schema,
                                                      std::string_view arguments);

/// A value as a header's field can carry it: as it is, or "=?base64?…?=".
[[nodiscard]] std::string field_value(std::string_view value);

}  // namespace plim::mcp
