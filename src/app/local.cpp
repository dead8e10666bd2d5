#include "app/local.hpp"

#include <algorithm>
#include <format>
#include <utility>

#include "app/calibration.hpp"
#include "app/guessing.hpp"
#include "app/machine.hpp"
#include "base/log.hpp"
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

std::string gpu_address(const Local& local) {
  const auto& gpus = local.hardware.gpus;
  const auto found = std::ranges::find(gpus, local.rungs.front().device, &hw::Gpu::engine_device);
  return found == gpus.end() ? std::string() : found->pci;
}

// What the driver took beside the buffers, for the next plan.
void remember_overhead(const Context& context, const Local& local,
                       const engine::LocalEngine& started) {
  const auto& gpus = local.hardware.gpus;
  const auto gpu = std::ranges::find(gpus, started.plan().device, &hw::Gpu::engine_device);
  const auto took = started.device_memory();
  if (gpu == gpus.end() || !started.plan().on_gpu || !took) return;
  Bytes buffers;
  for (const auto& buffer : started.server().load_report().buffers) {
    if (buffer.device == gpu->engine_device) buffers += buffer.size;
  }
  // Less than its buffers: the driver counts otherwise, and nothing is learnt.
  if (*took < buffers) return;
  const auto stored =
      store_overhead(context.paths.state, *gpu, local.version.text, *took - buffers);
  if (!stored) log::info("plan", "the driver's overhead is not kept: {}", stored.error().message);
}

// A tiny model is planned on one thread, for several would wait for one another whenever a core is
// taken. While nothing else wants the processor they are faster; the watcher takes them back.
void use_threads(Local& local, int careful, bool busy) {
  const bool measured = local.facts->pace(local.rungs.front()).has_value();
  for (auto& plan : local.rungs) {
    if (plan.on_gpu) continue;
    if (busy) plan.threads = std::min(plan.threads, careful);
    if (!busy && !measured) plan.threads = std::max(plan.threads, local.hardware.cpu.cores);
  }
}

/// The same plans with the ubatch that reads prompts fastest here, where its scratch takes nothing
/// else from the first one.
void widen(const plan::Wishes& wishes, Local& local) {
  const auto& first = local.rungs.front();
  const auto pace = local.facts->pace(first);
  if (!pace || pace->ubatch == wishes.ubatch) return;
  auto wider = wishes;
  wider.ubatch = pace->ubatch;
  auto rungs = plan::ladder(local.hardware, local.model, wider);
  if (!rungs) return;
  const auto& wide = rungs->front();
  if (plan::gives_as_much(wide, first) && wide.draft_by == first.draft_by)
    local.rungs = std::move(*rungs);
}

void drop_vain_guesses(const Facts& facts, const Config& config,
                       std::vector<plan::RunPlan>& rungs) {
  const auto vain = [&](const plan::RunPlan& plan) { return guesses_in_vain(facts, config, plan); };
  if (!std::ranges::all_of(rungs, vain)) std::erase_if(rungs, vain);
}

/// What does not fit by the engine's own dry run is not tried. Where it tells nothing the
/// estimates stand, and the proof will tell.
Result<void> ask_engine(Local& local) {
  const auto before = local.rungs.front();
  const auto some = reckon(*local.facts, local.rungs);
  if (!some) {
    if (some.error().code == Errc::cancelled) return std::unexpected(some.error());
    log::info("engine", "compute buffers are estimates: {}", some.error().message);
    return {};
  }
  if (*some) return {};
  return fail(Errc::capacity,
              "{} does not fit on {}: by the engine's own dry run it needs more "
              "scratch memory than the plan's estimate of {}",
              before.model, before.device_label, to_string(before.ledger.front().compute));
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

Result<Local> plan_local(const Context& context,
                         const std::function<void(const std::string&)>& say) {
  Local local;
  const bool busy = is_busy();  // before anything here keeps the processor busy
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
  auto wishes = wishes_of(context.config);
  wishes.overheads = read_overheads(context.paths.state, local.hardware, local.version.text);
  std::vector<std::string> notes;
  TRY(wish_guesses(context.config, local.model, wishes, notes));
  local.rungs = TRY(plan::ladder(local.hardware, local.model, wishes));
  local.facts = std::make_shared<Facts>(context, local.server, local.hardware);
  if (say && !busy && local.facts->worth_a_glance(local.rungs.front())) {
    say("first start of this model here: measuring its speed, 5 s at most");
    local.facts->glance(local.rungs.front());
  }
  widen(wishes, local);
  drop_vain_guesses(*local.facts, context.config, local.rungs);
  std::ranges::move(notes, std::back_inserter(local.rungs.front().warnings));
  if (!local.facts->proved(local.rungs.front())) TRY(ask_engine(local));
  const auto careful = local.rungs.front().threads;
  for (auto& plan : local.rungs) settle(*local.facts, context.config, plan);
  use_threads(local, careful, busy);
  return local;
}

engine::LaunchOptions launch_options(const Context& context, const Local& local) {
  const auto& paths = context.paths;
  std::error_code ignored;
  fs::create_directories(paths.runtime, ignored);
  engine::LaunchOptions launch{
      .program = local.server,
      .plan = local.rungs.front(),
      .fallbacks = {local.rungs.begin() + 1, local.rungs.end()},
      .run_dir = paths.runtime,
      .log_file = paths.state / "engine.log",
      .env = local.env,
      .watch = {.gauge = {.gpu = gpu_address(local)}},
      .on_draft_loss =
          [facts = local.facts](const plan::RunPlan& plan) { facts->remember_drafts_lose(plan); },
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
  const auto& first = local.rungs.front();
  if (!local.facts->proved(first)) launch.warm_up_limit = warm_up_limit;
  auto started = TRY(engine::LocalEngine::start(std::move(launch), context.stop));
  if (started->plan() == first) local.facts->remember_proved(first);
  remember_overhead(context, local, *started);
  return started;
}

std::string plan_line(const plan::RunPlan& plan) {
  const auto& row = plan.ledger.front();
  auto text = std::format(
      "plan: {} on {}: {} weights + {} KV cache + {} compute, {} left of {} free", plan.model,
      plan.device_label, to_string(row.weights), to_string(row.kv + row.recurrent),
      to_string(row.compute), to_string(row.left), to_string(row.free));
  if (plan.guesses_with_weights()) {
    text +=
        std::format("; {} of it to guess {} tokens ahead", to_string(plan.draft_bytes), plan.draft);
  }
  return text;
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
