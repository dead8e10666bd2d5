#include "app/local.hpp"

#include <algorithm>
#include <format>
#include <fstream>
#include <functional>
#include <utility>

#include "app/machine.hpp"
#include "hw/probe.hpp"
#include "sys/bwrap.hpp"

namespace plim::app {
namespace {

namespace fs = std::filesystem;

// Filling a context once shows what memory the first long task would take; that long at most.
constexpr std::chrono::milliseconds warm_up_limit = std::chrono::seconds(20);

plan::Wishes wishes_of(const Config& config) {
  plan::Wishes wishes;
  if (const auto context = config.integer("model.context")) wishes.context = Tokens{*context};
  if (const auto reserve = config.integer("model.reserve_mib")) {
    wishes.reserve = 1_MiB * static_cast<std::uint64_t>(*reserve);
  }
  wishes.device = config.text("model.device");
  return wishes;
}

// A file that is there once this engine has shown on this machine that it does as this plan says.
fs::path proved_mark(const Context& context, const Local& local) {
  const auto& plan = local.rungs.front();
  std::error_code ignored;
  auto key =
      std::format("{}|{}|{}|{}|{}|{}|{}", local.server.string(), local.version.text, plan.device,
                  plan.device_label, plan.context.value, plan.ubatch, plan::to_string(plan.kv_k));
  for (const auto& file : plan.files)
    key += std::format("|{}|{}|{}", file.string(), fs::file_size(file, ignored),
                       fs::last_write_time(file, ignored).time_since_epoch().count());
  return context.paths.cache / "proved" / std::format("{:016x}", std::hash<std::string>{}(key));
}

std::string gpu_address(const Local& local) {
  const auto& gpus = local.hardware.gpus;
  const auto found = std::ranges::find(gpus, local.rungs.front().device, &hw::Gpu::engine_device);
  return found == gpus.end() ? std::string() : found->pci;
}

// A tiny model is planned on one thread, for several would wait for one another whenever a core is
// taken. While nothing else wants the processor they are faster; the watcher takes them back.
void use_idle_cores(const hw::Hardware& hardware, std::vector<plan::RunPlan>& rungs) {
  constexpr double percent_of_an_idle_machine = 10;
  if (engine::Gauge({}).read(0).cpu_stall > percent_of_an_idle_machine) return;
  for (auto& plan : rungs)
    if (!plan.on_gpu) plan.threads = std::max(plan.threads, hardware.cpu.cores);
}

}  // namespace

std::chrono::milliseconds stall_limit(const Config& config) {
  return std::chrono::seconds(
      std::max<std::int64_t>(config.integer("engine.stall_s").value_or(120), 1));
}

Result<fs::path> model_file(const Context& context) {
  const auto& configured = context.config.text("model.path");
  if (!configured.empty()) return fs::path(configured);
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
  local.version = TRY(engine::check_version(local.server, local.env, context.stop, patience));
  hw::ProbeOptions options{.engine_env = local.env};
  options.engine_timeout = std::min(options.engine_timeout, patience);
  // On the CPU the engine's backends need not be asked, which saves their start.
  if (context.config.text("model.device") != "cpu") options.engine = local.server;
  local.hardware = TRY(hw::probe(options, context.stop));
  local.rungs = TRY(plan::ladder(local.hardware, local.model, wishes_of(context.config)));
  use_idle_cores(local.hardware, local.rungs);
  return local;
}

engine::LaunchOptions launch_options(const Context& context, const Local& local) {
  const auto& paths = context.paths;
  std::error_code ignored;
  fs::create_directories(paths.runtime, ignored);
  engine::LaunchOptions launch{.program = local.server,
                               .plan = local.rungs.front(),
                               .fallbacks = {local.rungs.begin() + 1, local.rungs.end()},
                               .run_dir = paths.runtime,
                               .log_file = paths.state / "engine.log",
                               .env = local.env,
                               .watch = {.gauge = {.gpu = gpu_address(local)}},
                               .stall_limit = stall_limit(context.config)};
  // A GPU's driver compiles its shaders once, and finds them here at the next start.
  if (launch.plan.on_gpu) {
    launch.cache_dir = paths.cache / "shaders";
    fs::create_directories(launch.cache_dir, ignored);
    if (ignored) launch.cache_dir.clear();
  }
  launch.slots.dir = paths.cache / "slots";
  fs::create_directories(launch.slots.dir, ignored);
  if (ignored) launch.slots.dir.clear();
  if (const auto bwrap = sys::find_bwrap()) launch.bwrap = *bwrap;
  return launch;
}

Result<std::unique_ptr<engine::LocalEngine>> start_local(const Context& context,
                                                         const Local& local) {
  auto launch = launch_options(context, local);
  const auto mark = proved_mark(context, local);
  std::error_code ignored;
  if (!fs::exists(mark, ignored)) launch.warm_up_limit = warm_up_limit;
  auto started = TRY(engine::LocalEngine::start(std::move(launch), context.stop));
  if (started->plan() == local.rungs.front()) {
    fs::create_directories(mark.parent_path(), ignored);
    std::ofstream{mark};
  }
  return started;
}

std::string plan_line(const plan::RunPlan& plan) {
  const auto& row = plan.ledger.front();
  return std::format("plan: {} on {}: {} weights + {} KV cache + {} compute, {} left of {} free",
                     plan.model, plan.device_label, to_string(row.weights),
                     to_string(row.kv + row.recurrent), to_string(row.compute), to_string(row.left),
                     to_string(row.free));
}

std::string proof_line(const engine::Proof& proof) {
  struct Sum {
    Bytes planned;
    Bytes measured;
  };
  Sum weights;
  Sum cache;
  Sum compute;
  for (const auto& part : proof.parts) {
    auto& sum = part.part == "weights" ? weights : part.part == "compute" ? compute : cache;
    sum.planned += part.planned;
    sum.measured += part.measured;
  }
  return std::format(
      "load: measured {} weights ({} planned) + {} KV cache ({}) + {} compute (at most {}): {}",
      to_string(weights.measured), to_string(weights.planned), to_string(cache.measured),
      to_string(cache.planned), to_string(compute.measured), to_string(compute.planned),
      proof.holds() ? "as planned" : "not as planned");
}

std::string isolation_line(const engine::ServerProcess& server) {
  if (server.isolation() == engine::Isolation::no_network)
    return "engine: llama-server without a network, on a UNIX socket";
  return "note: llama-server runs on 127.0.0.1 with a random key: no empty network namespace can "
         "be "
         "had here";
}

}  // namespace plim::app
