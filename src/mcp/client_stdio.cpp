// A server as a child process, a line of JSON a message.
#include <array>
#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>

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

// Requests a stop when its parent does, or after a time.
class Timeout {
 public:
  Timeout(std::stop_token parent, std::chrono::milliseconds limit)
      : on_parent_(std::move(parent), [this] { source_.request_stop(); }),
        timer_([this, limit](std::stop_token done) {
          std::mutex mutex;
          std::unique_lock lock(mutex);
          std::condition_variable_any().wait_for(lock, done, limit, [] { return false; });
          if (done.stop_requested()) return;
          passed_ = true;
          source_.request_stop();
        }) {}
  [[nodiscard]] std::stop_token token() const { return source_.get_token(); }
  [[nodiscard]] bool passed() const { return passed_; }

 private:
  std::stop_source source_;
  std::atomic<bool> passed_ = false;
  std::stop_callback<std::function<void()>> on_parent_;
  std::jthread timer_;  // last: joins first
};

class StdioTransport final : public Transport {
 public:
  StdioTransport(sys::Process process, sys::UniqueFd input, sys::UniqueFd output)
      : process_(std::move(process)), input_(std::move(input)), output_(std::move(output)) {}
  ~StdioTransport() override {
    input_ = sys::UniqueFd();  // the end of its input is what asks a server to end
    process_.terminate(std::chrono::milliseconds(200));
  }

  Result<void> send(std::string_view line) override {
    if (line.size() > most_sent_bytes) {
      return fail(Errc::capacity, "a message of {} bytes is too long", line.size());
    }
    if (sys::write_all(input_.get(), std::string(line) + "\n")) return {};
    return fail(Errc::io, "the server has ended");
  }

  Result<std::string> receive(std::chrono::milliseconds limit, std::stop_token stop) override {
    const Timeout timeout(std::move(stop), limit);
    for (;;) {
      if (const auto newline = buffer_.find('\n'); newline != std::string::npos) {
        auto line = buffer_.substr(0, newline);
        buffer_.erase(0, newline + 1);
        return line;
      }
      if (buffer_.size() > most_line_bytes) return fail(Errc::capacity, "a line without end");
      std::array<char, 65536> chunk{};
      const auto got = sys::read_some(output_.get(), chunk, timeout.token());
      if (!got && timeout.passed()) return fail(Errc::timeout, "no answer within {}", limit);
      if (!got) return std::unexpected(got.error());
      if (*got == 0) return fail(Errc::io, "the server has ended");
      buffer_.append(chunk.data(), *got);
    }
  }

 private:
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
