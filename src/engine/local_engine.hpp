#pragma once

#include <chrono>
#include <memory>
#include <stop_token>

#include "base/error.hpp"
#include "engine/engine.hpp"
#include "engine/launch.hpp"
#include "engine/load_report.hpp"
#include "engine/server_process.hpp"

namespace plim::engine {

/// The Engine that owns its llama-server: starts it, and starts it again after a crash.
class LocalEngine final : public Engine {
 public:
  /// Starts the server and returns when a first token proved it.
  /// Errors: as ServerProcess::ensure_ready.
  [[nodiscard]] static Result<std::unique_ptr<LocalEngine>> start(
      LaunchOptions options, std::stop_token stop,
      std::chrono::milliseconds stall_limit = std::chrono::seconds(120));

  [[nodiscard]] ChatResult chat(const ChatRequest& request, const Sink& on_delta,
                                std::stop_token stop) override;
  [[nodiscard]] const ServedModel& served() const override { return served_; }

  [[nodiscard]] ServerProcess& server() { return server_; }

 private:
  LocalEngine(LaunchOptions options, std::chrono::milliseconds stall_limit);

  std::chrono::milliseconds stall_limit_;
  ServedModel served_;
  ServerProcess server_;
};

}  // namespace plim::engine
