#include "app/wire.hpp"

#include <algorithm>
#include <format>
#include <optional>
#include <ranges>
#include <utility>

#include "app/machine.hpp"
#include "engine/endpoint.hpp"
#include "engine/local_engine.hpp"
#include "gguf/gguf.hpp"
#include "hw/probe.hpp"
#include "sys/bwrap.hpp"

namespace plim::app {
namespace {

std::chrono::milliseconds stall_limit(const Config& config) {
  return std::chrono::seconds(
      std::max<std::int64_t>(config.integer("engine.stall_s").value_or(120), 1));
}

// What everything about a local engine starts from.
struct Local {
  std::filesystem::path server;
  std::vector<std::string> env;
  gguf::Header model;
  plan::RunPlan plan;
};

plan::Wishes wishes_of(const Config& config) {
  plan::Wishes wishes;
  if (const auto context = config.integer("model.context")) wishes.context = Tokens{*context};
  if (const auto reserve = config.integer("model.reserve_mib")) {
    wishes.reserve = 1_MiB * static_cast<std::uint64_t>(*reserve);
  }
  wishes.device = config.text("model.device");
  return wishes;
}

Result<std::filesystem::path> model_file(const Context& context) {
  const auto& configured = context.config.text("model.path");
  if (!configured.empty()) return std::filesystem::path(configured);
  if (!context.paths.demo_model.empty()) return context.paths.demo_model;
  return fail(Errc::not_found,
              "no model: give one with --model FILE.gguf, or a server with --endpoint URL");
}

Result<Local> plan_local(const Context& context) {
  Local local;
  const auto file = TRY(model_file(context));
  local.model = TRY(gguf::read_model(file));
  local.server =
      TRY(engine::find_llama_server(context.config.text("engine.dir"), context.paths.program_path));
  local.env = engine_environment(context.environment);
  const auto patience =
      std::min<std::chrono::milliseconds>(std::chrono::seconds(20), stall_limit(context.config));
  const auto version = TRY(engine::check_version(local.server, local.env, context.stop, patience));
  hw::ProbeOptions options{.engine_env = local.env};
  options.engine_timeout = std::min(options.engine_timeout, patience);
  // On the CPU the engine's backends need not be asked, which saves their start.
  if (context.config.text("model.device") != "cpu") options.engine = local.server;
  const auto hardware = TRY(hw::probe(options, context.stop));
  local.plan = TRY(plan::make(hardware, local.model, wishes_of(context.config)));
  return local;
}

std::string plan_line(const plan::RunPlan& plan) {
  const auto& row = plan.ledger.front();
  return std::format("plan: {} on {}: {} weights + {} KV cache + {} compute, {} left of {} free",
                     plan.model, plan.device_label, to_string(row.weights),
                     to_string(row.kv + row.recurrent), to_string(row.compute), to_string(row.left),
                     to_string(row.free));
}

std::string load_line(const engine::LoadReport& report) {
  Bytes model;
  Bytes cache;
  Bytes compute;
  for (const auto& buffer : report.buffers) {
    if (buffer.kind == "model") model += buffer.size;
    if (buffer.kind == "KV" || buffer.kind == "RS") cache += buffer.size;
    if (buffer.kind == "compute" || buffer.kind == "output") compute += buffer.size;
  }
  return std::format("load: measured {} weights + {} KV cache + {} compute", to_string(model),
                     to_string(cache), to_string(compute));
}

Result<WiredEngine> wire_endpoint(const Context& context) {
  const auto& config = context.config;
  engine::Endpoint endpoint{.url = config.text("engine.endpoint")};
  // --model names a file for our own engine and a model for somebody else's.
  for (const auto* key : {"engine.model", "model.path"}) {
    if (!config.text(key).empty()) endpoint.model = config.text(key);
  }
  if (const auto& variable = config.text("engine.api_key_env"); !variable.empty()) {
    const auto found = context.environment.find(variable);
    if (found == context.environment.end()) {
      return fail(Errc::invalid, "engine.api_key_env names ${}, which is not set", variable);
    }
    endpoint.api_key = found->second;
  }
  if (const auto tokens = config.integer("model.context")) endpoint.context = Tokens{*tokens};
  endpoint.stall_limit = stall_limit(config);
  return WiredEngine{.engine = TRY(engine::connect(endpoint, context.stop))};
}

Result<WiredEngine> wire_local(const Context& context, const Say& say) {
  const auto local = TRY(plan_local(context));
  say(plan_line(local.plan));
  for (const auto& warning : local.plan.warnings) say("note: " + warning);
  std::error_code ignored;
  std::filesystem::create_directories(context.paths.runtime, ignored);
  engine::LaunchOptions launch{.program = local.server,
                               .plan = local.plan,
                               .run_dir = context.paths.runtime,
                               .log_file = context.paths.state / "engine.log",
                               .env = local.env,
                               .stall_limit = stall_limit(context.config)};
  // A GPU's driver compiles its shaders once, and finds them here at the next start.
  if (local.plan.on_gpu) {
    launch.cache_dir = context.paths.cache / "shaders";
    std::filesystem::create_directories(launch.cache_dir, ignored);
    if (ignored) launch.cache_dir.clear();
  }
  if (const auto bwrap = sys::find_bwrap()) launch.bwrap = *bwrap;
  auto started = TRY(engine::LocalEngine::start(std::move(launch), context.stop));
  say(load_line(started->server().load_report()));
  say(started->server().isolation() == engine::Isolation::no_network
          ? "engine: llama-server without a network, on a UNIX socket"
          : "note: llama-server runs on 127.0.0.1 with a random key: no empty network namespace "
            "can be had here");
  WiredEngine wired{.engine = std::move(started)};
  if (local.model.get<std::string>("plimsoll.edit_format") == "line") {
    wired.edit_format = tools::EditFormat::line;
  }
  wired.temperature = local.model.get<double>("general.sampling.temp");
  return wired;
}

}  // namespace

Result<WiredEngine> wire_engine(const Context& context, const Say& say) {
  auto wired = context.config.text("engine.endpoint").empty() ? wire_local(context, say)
                                                              : wire_endpoint(context);
  const auto& format = context.config.text("agent.edit_format");
  if (wired && format == "line") wired->edit_format = tools::EditFormat::line;
  if (wired && format == "replace") wired->edit_format = tools::EditFormat::replace;
  return wired;
}

Result<plan::RunPlan> wire_plan(const Context& context) { return TRY(plan_local(context)).plan; }

}  // namespace plim::app
