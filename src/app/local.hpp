#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "app/commands.hpp"
#include "app/facts.hpp"
#include "engine/launch.hpp"
#include "engine/local_engine.hpp"
#include "gguf/gguf.hpp"
#include "hw/hw.hpp"
#include "plan/plan.hpp"

namespace plim::app {

/// Everything a local engine starts from.
struct Local {
  std::filesystem::path server;
  engine::EngineVersion version;
  std::vector<std::string> env;
  gguf::Header model;
  hw::Hardware hardware;
  std::vector<plan::RunPlan> rungs;  ///< Best first.
  std::shared_ptr<const Facts> facts;
};

/// Finds engine and model, looks at the machine and plans. Given `say`, it measures the speed of a
/// model that is new here first (Facts::glance), while nothing else wants the processor.
/// Errors: whatever the step says.
[[nodiscard]] Result<Local> plan_local(
    const Context& context, const std::function<void(const std::string&)>& say = nullptr);

/// How the first rung is started, with the others to fall back on.
[[nodiscard]] engine::LaunchOptions launch_options(const Context& context, const Local& local);

/// Starts it; the first time on this machine with a prompt that fills the context.
/// Errors: as engine::LocalEngine::start.
[[nodiscard]] Result<std::unique_ptr<engine::LocalEngine>> start_local(const Context& context,
                                                                       const Local& local);

/// The configured model file; the demo model without one. Errors: not_found.
[[nodiscard]] Result<std::filesystem::path> model_file(const Context& context);

/// engine.stall_s.
[[nodiscard]] std::chrono::milliseconds stall_limit(const Config& config);

// One line for people each.
[[nodiscard]] std::string plan_line(const plan::RunPlan& plan);
[[nodiscard]] std::string proof_line(const engine::Proof& proof);
[[nodiscard]] std::string isolation_line(const engine::ServerProcess& server);

}  // namespace plim::app
