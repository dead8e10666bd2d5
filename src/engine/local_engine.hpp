#pragma once

#include <memory>
#include <stop_token>
#include <utility>

#include "base/error.hpp"
#include "engine/engine.hpp"
#include "engine/launch.hpp"
#include "engine/server_process.hpp"

namespace plim::engine {

/// The Engine that owns its llama-server: starts it, and starts it again after a crash.
class LocalEngine final : public Engine {
 public:
  /// Starts the server and returns when a first token has proved it.
  /// Errors: as ServerProcess::ensure_ready.
  [[nodiscard]] static Result<std::unique_ptr<LocalEngine>> start(LaunchOptions options,
                                                                  std::stop_token stop);

  /// As Engine::chat. A server that has crashed since is started again first; one that crashes
  /// or hangs now is the error, with its own reason, and the next call starts it again.
  [[nodiscard]] ChatResult chat(const ChatRequest& request, const Sink& on_delta,
                                std::stop_token stop) override;
  [[nodiscard]] const ServedModel& served() const override { return served_; }

  [[nodiscard]] const ServerProcess& server() const { return server_; }

 private:
  explicit LocalEngine(LaunchOptions options) : server_(std::move(options)) {}

  [[nodiscard]] Result<void> learn_served(std::stop_token stop);
  [[nodiscard]] ChatError explain_failure(ChatError failure, std::stop_token stop);

  ServedModel served_;
  ServerProcess server_;
};

}  // namespace plim::engine
