#include <algorithm>
#include <format>
#include <fstream>
#include <print>
#include <string>

#include "app/commands.hpp"
#include "app/local.hpp"
#include "app/machine.hpp"
#include "base/utf8.hpp"
#include "hw/probe.hpp"
#include "sys/bwrap.hpp"
#include "sys/temp_dir.hpp"

namespace plim::app {
namespace {

// Prints what is well and what is not as it is found out.
class Report {
 public:
  void well(std::string_view what, std::string_view detail) const { line("ok", what, detail); }
  void note(std::string_view what, std::string_view detail) const { line("note", what, detail); }
  void bad(std::string_view what, const Error& error) {
    healthy_ = false;
    line("BAD", what, error.message);
  }
  [[nodiscard]] bool healthy() const { return healthy_; }

 private:
  static void line(std::string_view verdict, std::string_view what, std::string_view detail) {
    std::println("{:<5} {:<14} {}", verdict, what, terminal_safe(detail));
  }

  bool healthy_ = true;
};

void check_places(const Context& context, Report& report) {
  std::error_code error;
  const auto& file = context.paths.config_file;
  report.well("configuration", std::filesystem::exists(file, error)
                                   ? file.string()
                                   : std::format("defaults; {} is not there", file.string()));
  for (const auto& dir : {context.paths.state, context.paths.cache, context.paths.runtime}) {
    std::filesystem::create_directories(dir, error);
    const auto writable = sys::TempDir::make(dir, "doctor");
    if (!writable) report.bad("folder", during(dir.string())(writable.error()));
  }
}

void check_hardware(const hw::Hardware& hardware, Report& report) {
  const auto& cpu = hardware.cpu;
  report.well("processor", std::format("{}, {} of {} threads usable, {} cores",
                                       cpu.model.empty() ? "unknown" : cpu.model, cpu.usable,
                                       cpu.online, cpu.cores));
  report.well("memory", std::format("{} usable of {}", to_string(hardware.memory.usable()),
                                    to_string(hardware.memory.capacity())));
  for (const auto& gpu : hardware.gpus) {
    report.well("GPU",
                std::format("{}: {} free of {}{}{}", gpu.name, to_string(gpu.free),
                            to_string(gpu.total), gpu.driver.empty() ? "" : ", " + gpu.driver,
                            gpu.engine_device.empty()
                                ? "; the engine does not see it"
                                : std::format("; the engine's {}", gpu.engine_device)));
  }
  const bool cards = std::ranges::any_of(
      hardware.gpus, [](const hw::Gpu& gpu) { return gpu.kind != hw::GpuKind::software; });
  if (cards) {
    report.note("GPU",
                "reading a card's memory is written from its driver's documentation and not yet "
                "run on hardware: hold the figures against the driver's own tool once");
  }
  if (hardware.gpus.empty()) report.note("GPU", "none is seen: models run on the processor");
  for (const auto& note : hardware.notes) report.note(note.source, note.text);
}

void check_sandbox(const Context& context, Report& report) {
  const auto bwrap = sys::find_bwrap();
  if (!bwrap) return report.bad("sandbox", bwrap.error());
  const auto namespaces = sys::bwrap_namespaces(*bwrap, context.stop);
  if (!namespaces) return report.bad("sandbox", namespaces.error());
  report.well("sandbox",
              std::format("{}: commands and the engine run without a network", bwrap->string()));
}

// Before the engine is started, since its model is loaded for it.
void check_pace(const Local& local, Report& report) {
  const auto& plan = local.rungs.front();
  const auto pace = local.facts->measure(plan);
  if (!pace) return report.note("speed", pace.error().message);
  const auto& predicted = plan.speed.decode;
  report.well(
      "speed",
      std::format("{:.1f} tokens/s of a reply{}, {:.0f} of a prompt; {} threads", pace->decode,
                  predicted.median > 0 ? std::format(" ({:.1f} predicted)", predicted.median) : "",
                  pace->prefill, pace->threads));
}

// Starts the engine as a task would and holds the plan against what it says.
void check_engine(const Context& context, const Local& local, Report& report) {
  const auto started = start_local(context, local);
  if (!started) return report.bad("start", started.error());
  const auto& engine = **started;
  if (engine.plan() != local.rungs.front())
    report.note("plan", "the first plan was not held to; now: " + engine.plan().reason);
  for (const auto& part : engine.server().proof().parts) {
    report.well("proof", std::format("{} of {}: planned {}, measured {}", part.part, part.device,
                                     to_string(part.planned), to_string(part.measured)));
  }
  const auto warm = engine.server().warm_up_done();
  if (warm.read.value > 0) {
    report.well("warm-up",
                std::format("{} of {} tokens of a full context, {:.0f} tokens/s", warm.read.value,
                            warm.wanted.value, 1000 / warm.ms_per_token));
  }
  const auto bound = engine.server().memory_bound();
  if (bound.limit > Bytes{}) {
    report.well("memory bound", std::format("a control group kills the engine beyond {}, and "
                                            "nothing else",
                                            to_string(bound.limit)));
  } else {
    report.note("memory bound",
                std::format("none but the plan's: {}; if memory runs out the kernel picks the "
                            "engine first",
                            bound.why_not));
  }
  const bool alone = engine.server().isolation() == engine::Isolation::no_network;
  if (alone) return report.well("isolation", "no network, a UNIX socket");
  report.note("isolation",
              std::format("127.0.0.1 and a random key: {}", engine.server().why_not_isolated()));
}

}  // namespace

Result<int> execute(const DoctorCommand& command, const Context& context) {
  Report report;
  check_places(context, report);
  check_sandbox(context, report);
  if (const auto& endpoint = context.config.text("engine.endpoint"); !endpoint.empty()) {
    report.note("engine",
                std::format("{} is used; what follows is what this machine could do", endpoint));
  }
  const auto local = plan_local(context);
  if (!local) {
    const auto hardware = look_at_machine(context);
    if (hardware) check_hardware(*hardware, report);
    report.bad("plan", local.error());
    return 1;
  }
  check_hardware(local->hardware, report);
  report.well("engine", std::format("{}, {}", local->server.string(), local->version.text));
  report.well("model", std::format("{} ({}), {}", local->model.name(), local->model.architecture(),
                                   to_string(local->model.tensor_bytes())));
  report.well("plan", local->rungs.front().reason);
  for (const auto& warning : local->rungs.front().warnings) report.note("plan", warning);
  if (!command.no_start) {
    check_pace(*local, report);
    check_engine(context, *local, report);
  }
  return report.healthy() ? 0 : 1;
}

}  // namespace plim::app
