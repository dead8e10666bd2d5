// A server as a child process, a line of JSON a message.
#include <array>
#include <utility>

#include "base/deadline.hpp"
#include "mcp/client.hpp"
#include "sys/beneath.hpp"
#include "sys/pipe.hpp"
#include "sys/process.hpp"
#include "sys/read_some.hpp"

namespace plim::mcp {
namespace {

constexpr std::size_t most_line_bytes = 16U << 20U;
// What a pipe takes without its reader: a server that does not read must not block us.
constexpr std::size_t most_sent_bytes = 60U << 10U;

class StdioTransport final : public Transport {
 public:
  StdioTransport(sys::Process process, sys::UniqueFd input, sys::UniqueFd output)
      : process_(std::move(process)), input_(std::move(input)), output_(std::move(output)) {}
  ~StdioTransport() override {
    input_ = sys::UniqueFd();  // the end of its input is what asks a server to end
    process_.terminate(std::chrono::milliseconds(200));
  }

  Result<void> send(const Outgoing& message) override {
    if (message.text.size() > most_sent_bytes) {
      return fail(Errc::capacity, "a message of {} bytes is too long", message.text.size());
    }
    if (sys::write_all(input_.get(), message.text + "\n")) return {};
    return fail(Errc::io, "the server has ended");
  }

  Result<void> request(const Outgoing& message, const Take& take, std::chrono::milliseconds limit,
                       std::stop_token stop) override {
    TRY(send(message));
    const Deadline deadline(std::move(stop), limit);
    for (;;) {
      const auto line = receive(deadline.token());
      if (!line && deadline.passed()) return fail(Errc::timeout, "no answer within {}", limit);
      if (!line) return std::unexpected(line.error());
      const bool answered = TRY(take(*line));
      if (answered) return {};
    }
  }

 private:
  Result<std::string> receive(const std::stop_token& stop) {
    for (;;) {
      if (const auto newline = buffer_.find('\n'); newline != std::string::npos) {
        auto line = buffer_.substr(0, newline);
        buffer_.erase(0, newline + 1);
        return line;
      }
      if (buffer_.size() > most_line_bytes) return fail(Errc::capacity, "a line without end");
      std::array<char, 65536> chunk{};
      const auto got = TRY(sys::read_some(output_.get(), chunk, stop));
      if (got == 0) return fail(Errc::io, "the server has ended");
      buffer_.append(chunk.data(), got);
    }
  }

  sys::Process process_;
  sys::UniqueFd input_;
  sys::UniqueFd output_;
  std::string buffer_;
};

}  // namespace

Result<std::unique_ptr<Transport>> start_server(const ServerConfig& config) {
  auto to_server = TRY(sys::open_pipe());
  auto from_server = TRY(sys::open_pipe());
  if (config.argv.empty()) return fail(Errc::invalid, "{} has no command", config.name);
  // A child's standard streams are not ours to choose; the shell puts the pipes in their place. By
  // their names: dash knows numbers up to 9 only.
  sys::Command command{
      .argv = {"/bin/sh", "-c",
               std::format("exec \"$@\" </proc/self/fd/{} >/proc/self/fd/{} 2>/dev/null",
                           to_server.read.get(), from_server.write.get()),
               "sh"},
      .env = config.env,
      .cwd = {},
      .keep_fds = {to_server.read.get(), from_server.write.get()},
      .limits = {}};
  command.argv.insert(command.argv.end(), config.argv.begin(), config.argv.end());
  auto process = TRY(sys::Process::spawn(command).transform_error(
      during("starting the MCP server " + config.name)));
  return std::make_unique<StdioTransport>(std::move(process), std::move(to_server.write),
                                          std::move(from_server.read));
}

}  // namespace plim::mcp
