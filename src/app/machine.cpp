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

/// "2x RTX 3090" and "2 x RTX 3090" as the count and the name.
std::pair<int, std::string> counted(const std::string& text) {
  int count = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), count);
  auto rest = static_cast<std::size_t>(parsed.ptr - text.data());
  while (rest < text.size() && text[rest] == ' ') ++rest;
  const bool times = parsed.ec == std::errc() && count > 0 && rest + 1 < text.size() &&
                     text[rest] == 'x' && text[rest + 1] == ' ';
  return times ? std::pair(count, text.substr(rest + 2)) : std::pair(1, text);
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
                 .bandwidth = machine.bandwidth};
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
  if (gpus.empty()) gpus.push_back(TRY(described(machine)));
  return gpus;
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
  const auto bandwidth = shared > Bytes{} ? hardware.gpus.front().bandwidth : 80;
  hardware.memory = {.total = ram, .available = ram - 2_GiB, .bandwidth = bandwidth};
  hardware.notes.push_back(
      {"plan", std::format("A machine that is not here: {} of RAM{}, nothing else running.",
                           to_string(ram), machine.ram.empty() ? " assumed (--ram SIZE)" : "")});
  if (!machine.vram.empty() && machine.gpus.empty()) {
    hardware.notes.push_back(
        {"plan",
         "How fast it reads a prompt follows from its computing power, which --vram and "
         "--bandwidth do not tell; --gpu NAME does."});
  }
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
