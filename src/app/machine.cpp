#include "app/machine.hpp"

#include <algorithm>
#include <charconv>
#include <format>

#include "app/sizes.hpp"
#include "engine/launch.hpp"
#include "hw/bandwidth.hpp"
#include "hw/catalogue.hpp"
#include "hw/probe.hpp"

namespace plim::app {
namespace {

// Which device a GPU backend may use, and how exactly it computes, is the user's to say; nothing
// else of the user's environment reaches the engine.
constexpr auto passed_on = {"CUDA_VISIBLE_DEVICES",    "GGML_VK_DISABLE_F16",
                            "GGML_VK_VISIBLE_DEVICES", "HIP_VISIBLE_DEVICES",
                            "LD_LIBRARY_PATH",         "ROCR_VISIBLE_DEVICES",
                            "VK_DRIVER_FILES"};

constexpr int most_cards = 16;

/// "2x RTX 3090", "2 x 3090" and "2x3090" as the count and the name.
std::pair<int, std::string> counted(const std::string& text) {
  int count = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), count);
  auto rest = static_cast<std::size_t>(parsed.ptr - text.data());
  while (rest < text.size() && text[rest] == ' ') ++rest;
  const bool times = parsed.ec == std::errc() && count > 0 && rest + 1 < text.size() &&
                     (text[rest] == 'x' || text[rest] == 'X');
  return times ? std::pair(count, text.substr(rest + 1)) : std::pair(1, text);
}

/// What contradicts itself, or is no number of this world, is not quietly passed over.
Result<void> check(const ImaginedMachine& machine) {
  constexpr double most = 1e6;
  for (const auto& [flag, value] :
       {std::pair("--bandwidth", machine.bandwidth), std::pair("--tflops", machine.tflops)}) {
    if (!(value >= 0 && value <= most)) {
      return fail(Errc::invalid, "{} {} is not above 0 and at most {}", flag, value, most);
    }
  }
  if (!machine.gpus.empty() && !machine.vram.empty()) {
    return fail(Errc::invalid, "--gpu and --vram each name a card: give one of them");
  }
  const bool by_figures = machine.bandwidth > 0 || machine.tflops > 0;
  if (!machine.gpus.empty() && by_figures) {
    return fail(Errc::invalid,
                "--bandwidth and --tflops go with --vram: those of --gpu are in the catalogue");
  }
  if (machine.vram.empty() && by_figures && machine.ram.empty()) {
    return fail(Errc::invalid, "--bandwidth and --tflops describe a GPU of --vram SIZE");
  }
  if (machine.vram.empty() && machine.tflops > 0) {
    return fail(Errc::invalid, "--tflops describes a GPU of --vram SIZE");
  }
  return {};
}

Result<hw::Gpu> described(const ImaginedMachine& machine) {
  const auto memory = parse_size(machine.vram);
  if (!memory || *memory < 64_MiB) {
    return fail(Errc::invalid, "--vram {} is no amount of memory such as 24GiB", machine.vram);
  }
  return hw::Gpu{.name = std::format("a GPU of {}", to_string(*memory)),
                 .engine_device = "GPU0",
                 .total = *memory,
                 .free = *memory,
                 .bandwidth = machine.bandwidth,
                 .tflops = machine.tflops};
}

Result<std::vector<hw::Gpu>> cards_of(const ImaginedMachine& machine) {
  std::vector<hw::Gpu> gpus;
  for (const auto& text : machine.gpus) {
    const auto [count, name] = counted(text);
    const auto known = TRY(hw::find_known_gpu(name));
    if (count + static_cast<int>(gpus.size()) > most_cards) {
      return fail(Errc::invalid, "more than {} cards", most_cards);
    }
    for (int i = 0; i < count; ++i) {
      gpus.push_back(hw::as_gpu(known, static_cast<int>(gpus.size())));
    }
  }
  if (!machine.vram.empty()) gpus.push_back(TRY(described(machine)));
  return gpus;
}

/// What has to be told before a speed can be predicted.
void note_unknown_speed(const ImaginedMachine& machine, hw::Hardware& hardware) {
  if (machine.vram.empty()) return;
  if (machine.bandwidth == 0) {
    hardware.notes.push_back(
        {"plan",
         "No speed is predicted: that takes the memory's GB/s (--bandwidth), and for a "
         "prompt the f32 TFLOPS (--tflops); --gpu NAME knows both."});
  } else if (machine.tflops == 0) {
    hardware.notes.push_back(
        {"plan",
         "How fast it reads a prompt is not predicted: that takes its f32 TFLOPS "
         "(--tflops); --gpu NAME knows them."});
  }
}

}  // namespace

std::vector<std::string> engine_environment(const Environment& environment) {
  std::vector<std::string> out;
  for (const auto* name : passed_on) {
    const auto found = environment.find(name);
    if (found != environment.end()) out.push_back(found->first + "=" + found->second);
  }
  return out;
}

Result<hw::Hardware> imagine(const ImaginedMachine& machine) {
  TRY(check(machine));
  hw::Hardware hardware{.cpu = {.model = "", .online = 16, .usable = 16, .cores = 8}};
  hardware.gpus = TRY(cards_of(machine));
  Bytes own;
  Bytes shared;
  for (const auto& gpu : hardware.gpus) {
    auto& sum = gpu.kind == hw::GpuKind::discrete ? own : shared;
    sum = gpu.kind == hw::GpuKind::discrete ? own + gpu.total : std::max(shared, gpu.total);
  }
  auto ram = shared > Bytes{} ? shared : std::max(32_GiB, own);
  if (!machine.ram.empty()) {
    const auto size = parse_size(machine.ram);
    if (!size) return fail(Errc::invalid, "--ram {} is no amount of memory", machine.ram);
    ram = *size;
  }
  // Two channels of DDR5 where the memory is not the GPU's own.
  constexpr double ddr5 = 80;
  auto bandwidth = shared > Bytes{} ? hardware.gpus.front().bandwidth : ddr5;
  if (hardware.gpus.empty() && machine.bandwidth > 0) bandwidth = machine.bandwidth;
  hardware.memory = {.total = ram, .available = ram - 2_GiB, .bandwidth = bandwidth};
  hardware.notes.push_back(
      {"plan", std::format("A machine that is not here: {} of RAM{}, nothing else running.",
                           to_string(ram), machine.ram.empty() ? " assumed (--ram SIZE)" : "")});
  if (hardware.gpus.empty() && machine.bandwidth == 0) {
    hardware.notes.push_back(
        {"plan", std::format("8 cores and {:.0f} GB/s of RAM assumed (--bandwidth).", ddr5)});
  }
  note_unknown_speed(machine, hardware);
  return hardware;
}

Result<hw::Hardware> look_at_machine(const Context& context) {
  hw::ProbeOptions options{.engine_env = engine_environment(context.environment)};
  const auto server =
      engine::find_llama_server(context.config.text("engine.dir"), context.paths.program_path);
  // On the CPU the engine's backends need not be asked, which saves their start.
  if (server && context.config.text("model.device") != "cpu") options.engine = *server;
  auto hardware = TRY(hw::probe(options, context.stop));
  // Only where the CPU will do the work: on a GPU its own bandwidth decides.
  const bool idle_gpu = std::ranges::none_of(hardware.gpus, [](const hw::Gpu& gpu) {
    return gpu.kind != hw::GpuKind::software && !gpu.engine_device.empty();
  });
  if (idle_gpu) hardware.memory.bandwidth = hw::measure_ram_bandwidth(hardware.cpu.cores);
  if (!server) hardware.notes.push_back({"engine", server.error().message});
  return hardware;
}

}  // namespace plim::app
