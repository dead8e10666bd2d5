#include "hw/probe.hpp"

#include <algorithm>
#include <format>
#include <utility>

#include "hw/cpu.hpp"
#include "hw/drm.hpp"
#include "hw/engine_devices.hpp"
#include "hw/memory.hpp"
#include "hw/nvml.hpp"

namespace plim::hw {
namespace {

void append(std::vector<Note>& to, std::vector<Note> notes) {
  std::ranges::move(notes, std::back_inserter(to));
}

/// NVIDIA cards the kernel lists are the ones NVML describes better.
std::vector<Gpu> merge(GpuReading nvidia, GpuReading drm, std::vector<Note>& notes) {
  auto gpus = std::move(nvidia.gpus);
  for (auto& card : drm.gpus) {
    if (std::ranges::contains(gpus, card.pci, &Gpu::pci)) continue;
    if (card.name.starts_with("NVIDIA")) {
      notes.push_back({"nvml", std::format("{} ({}) is in this machine, but NVIDIA's driver or its "
                                           "libnvidia-ml is not installed or does not answer.",
                                           card.name, card.pci)});
    }
    gpus.push_back(std::move(card));
  }
  append(notes, std::move(nvidia.notes));
  append(notes, std::move(drm.notes));
  return gpus;
}

}  // namespace

Result<Hardware> probe(const ProbeOptions& options, std::stop_token stop) {
  Hardware hardware{.cpu = read_cpu(options.root)};
  auto memory = TRY(read_memory(options.root));
  hardware.memory = std::move(memory.memory);
  append(hardware.notes, std::move(memory.notes));
  auto nvidia =
      options.nvml_library.empty() ? GpuReading{} : read_nvml(options.nvml_library, options.root);
  auto gpus = merge(std::move(nvidia), read_drm(options.root, hardware.memory), hardware.notes);
  std::vector<EngineDevice> devices;
  if (!options.engine.empty()) {
    auto listed = list_engine_devices(options, std::move(stop));
    if (!listed && listed.error().code == Errc::cancelled) return std::unexpected(listed.error());
    if (listed) devices = std::move(*listed);
    if (!listed) {
      hardware.notes.push_back(
          {"engine",
           std::format("The engine cannot be asked for its devices: {}.", listed.error().message)});
    }
  }
  hardware.gpus = join_devices(std::move(gpus), std::move(devices));
  return hardware;
}

}  // namespace plim::hw
