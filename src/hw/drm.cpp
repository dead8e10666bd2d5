#include "hw/drm.hpp"

#include <algorithm>
#include <array>
#include <format>
#include <set>

#include "hw/fdinfo.hpp"
#include "hw/pci.hpp"
#include "hw/text_file.hpp"

namespace plim::hw {
namespace {

namespace fs = std::filesystem;

// A carve-out this small is only what the firmware set aside for an integrated GPU; the graphics
// translation table (GTT) reaches the rest of RAM.
constexpr Bytes largest_carve_out = 4_GiB;

bool is_card(const fs::path& entry) {
  const auto name = entry.filename().string();
  return name.starts_with("card") && to_number<int>(std::string_view(name).substr(4)).has_value();
}

std::optional<Bytes> read_bytes(const fs::path& file) {
  return read_number(file).transform([](std::uint64_t n) { return Bytes{n}; });
}

void read_amd_memory(const fs::path& device, const Memory& memory, Gpu& gpu, GpuReading& reading) {
  const auto total = read_bytes(device / "mem_info_vram_total");
  const auto used = read_bytes(device / "mem_info_vram_used");
  if (!total || !used) {
    reading.notes.push_back(
        {"drm", std::format("{} ({}) does not tell its memory.", gpu.name, gpu.pci)});
    return;
  }
  gpu.total = *total;
  gpu.free = *total - *used;
  const auto shared = read_bytes(device / "mem_info_gtt_total");
  if (*total > largest_carve_out || !shared || *shared <= *total) return;
  gpu.kind = GpuKind::unified;
  gpu.total = *total + *shared;
  const auto shared_used = read_bytes(device / "mem_info_gtt_used").value_or(Bytes{});
  gpu.free = std::min(*shared - shared_used, memory.usable());
}

void read_intel_memory(const fs::path& device, const Memory& memory, Gpu& gpu,
                       GpuReading& reading) {
  // Discrete cards have a large second BAR named lmem; only the engine tells what is free there.
  if (fs::exists(device / "lmem_total_bytes") || fs::exists(device / "tile0/vram0")) {
    gpu.total = read_bytes(device / "lmem_total_bytes").value_or(Bytes{});
    reading.notes.push_back(
        {"drm", std::format("{} ({}) does not tell its free memory; the engine's figure counts.",
                            gpu.name, gpu.pci)});
    return;
  }
  gpu.kind = GpuKind::unified;
  gpu.total = memory.capacity();
  gpu.free = memory.usable();
}

void read_card(const fs::path& device, const Memory& memory, GpuReading& reading) {
  const auto vendor = read_text(device / "vendor").value_or("");
  const auto uevent = read_text(device / "uevent").value_or("");
  Gpu gpu{.pci = normal_pci(field_of(uevent, "PCI_SLOT_NAME", '=')),
          .driver = std::string(field_of(uevent, "DRIVER", '='))};
  const auto id = field_of(uevent, "PCI_ID", '=');
  const auto product = read_text(device / "product_name").value_or("");
  if (vendor == "0x1002") {
    gpu.name = product.empty() ? std::format("AMD GPU {}", id) : product;
    read_amd_memory(device, memory, gpu, reading);
  } else if (vendor == "0x8086") {
    gpu.name = std::format("Intel GPU {}", id);
    read_intel_memory(device, memory, gpu, reading);
  } else if (vendor == "0x10de") {
    gpu.name = std::format("NVIDIA GPU {}", id);
  } else {
    return;  // a virtual display, a management controller
  }
  reading.gpus.push_back(std::move(gpu));
}

}  // namespace

GpuReading read_drm(const fs::path& root, const Memory& memory) {
  GpuReading reading;
  std::error_code error;
  std::set<fs::path> cards;  // in a fixed order
  for (const auto& entry : fs::directory_iterator(root / "sys/class/drm", error)) {
    if (is_card(entry.path())) cards.insert(entry.path());
  }
  for (const auto& card : cards) read_card(card / "device", memory, reading);
  if (reading.gpus.empty()) return reading;
  auto users = read_fdinfo(root);
  for (auto& gpu : reading.gpus) gpu.processes = std::move(users.by_pci[gpu.pci]);
  if (users.hidden > 0) {
    reading.notes.push_back(
        {"drm", std::format("{} processes belong to others; their GPU memory cannot be read.",
                            users.hidden)});
  }
  return reading;
}

}  // namespace plim::hw
