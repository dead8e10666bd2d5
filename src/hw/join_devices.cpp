#include <algorithm>
#include <array>
#include <cctype>
#include <set>
#include <string_view>
#include <utility>

#include "hw/engine_devices.hpp"

namespace plim::hw {
namespace {

enum class Vendor { unknown, nvidia, amd, intel, apple, software };

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

Vendor vendor_of(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, Vendor>, 11> words{{
      {"llvmpipe", Vendor::software},
      {"swiftshader", Vendor::software},
      {"nvidia", Vendor::nvidia},
      {"geforce", Vendor::nvidia},
      {"tesla", Vendor::nvidia},
      {"amd", Vendor::amd},
      {"radeon", Vendor::amd},
      {"radv", Vendor::amd},
      {"intel", Vendor::intel},
      {"apple", Vendor::apple},
      {"graphics (adl", Vendor::intel},
  }};
  const auto text = lower(name);
  for (const auto& [word, vendor] : words) {
    if (text.contains(word)) return vendor;
  }
  return Vendor::unknown;
}

/// "Vulkan" of "Vulkan0".
std::string_view backend_of(std::string_view id) {
  return id.substr(0, id.find_first_of("0123456789"));
}

/// Lower is better: the vendor's own backend reaches more of its hardware than Vulkan does.
int preference(std::string_view id) { return backend_of(id) == "Vulkan" ? 1 : 0; }

/// Arc cards carry a letter and a number (A770, B580); "Arc Graphics" is part of a processor.
bool is_arc_card(std::string_view name) {
  if (!name.contains("arc")) return false;
  for (std::size_t i = 0; i + 2 < name.size(); ++i) {
    const bool series = name[i] == ' ' && (name[i + 1] == 'a' || name[i + 1] == 'b');
    if (series && name[i + 2] >= '0' && name[i + 2] <= '9') return true;
  }
  return false;
}

GpuKind kind_of(const EngineDevice& device) {
  switch (vendor_of(device.description)) {
    case Vendor::software:
      return GpuKind::software;
    case Vendor::apple:
      return GpuKind::unified;
    case Vendor::intel:
      return is_arc_card(lower(device.description)) ? GpuKind::discrete : GpuKind::unified;
    case Vendor::amd: {
      // "AMD Radeon 780M", "AMD Radeon Graphics", "Radeon 8060S": parts of a processor.
      const auto name = lower(device.description);
      const bool card = name.contains(" rx ") || name.contains(" pro ") ||
                        name.contains("instinct") || name.contains(" vii");
      return card ? GpuKind::discrete : GpuKind::unified;
    }
    case Vendor::nvidia:
    case Vendor::unknown:
      break;
  }
  return GpuKind::discrete;
}

bool near(Bytes a, Bytes b) {
  const auto larger = std::max(a, b).value;
  return larger > 0 && (larger - std::min(a, b).value) * 16 <= larger;
}

/// How surely both are the same device; 0: they are not.
int likeness(const Gpu& gpu, const EngineDevice& device) {
  const auto vendor = vendor_of(device.description);
  if (vendor == Vendor::unknown || vendor_of(gpu.name) != vendor) return 0;
  int score = 1;
  if (near(gpu.total, device.total)) score += 2;
  if (near(gpu.free, device.free)) score += 1;
  if (lower(gpu.name) == lower(device.description)) score += 8;
  return score;
}

Gpu from_engine(const EngineDevice& device) {
  return {.name = device.description,
          .engine_device = device.id,
          .kind = kind_of(device),
          .total = device.total,
          .free = device.free};
}

/// The system's figures, with what only the engine knows.
void adopt(Gpu& gpu, const EngineDevice& device) {
  if (gpu.engine_device.empty()) gpu.engine_device = device.id;
  const bool placeholder = gpu.name.contains(" GPU ");  // named by its PCI numbers only
  if (placeholder) gpu.name = device.description;
  if (gpu.total == Bytes{}) {
    gpu.total = device.total;
    gpu.free = device.free;
  }
}

}  // namespace

std::vector<Gpu> join_devices(std::vector<Gpu> system, std::vector<EngineDevice> engine) {
  std::ranges::stable_sort(engine, {}, [](const auto& device) { return preference(device.id); });
  std::vector<Gpu> joined;
  std::set<std::pair<std::string_view, std::size_t>> taken;  // one device per backend and GPU
  for (const auto& device : engine) {
    const auto backend = backend_of(device.id);
    int best = 0;
    std::size_t match = system.size();
    for (std::size_t i = 0; i < system.size(); ++i) {
      const auto score = likeness(system[i], device);
      if (score <= best || taken.contains({backend, i})) continue;
      best = score;
      match = i;
    }
    if (match == system.size()) system.push_back(from_engine(device));
    taken.emplace(backend, match);
    adopt(system[match], device);
  }
  for (const auto& device : engine) {
    const auto owner = std::ranges::find(system, device.id, &Gpu::engine_device);
    if (owner != system.end()) joined.push_back(*owner);
  }
  std::ranges::copy_if(system, std::back_inserter(joined),
                       [](const Gpu& gpu) { return gpu.engine_device.empty(); });
  return joined;
}

}  // namespace plim::hw
