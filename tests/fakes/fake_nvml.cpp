// A stand-in for NVIDIA's libnvidia-ml.so.1 with two cards, made from the library's documentation
// and not recorded from hardware. FAKE_NVML picks what it
// does: unset answers; FAKE_NVML_STATE names a file that says what the first card has free in MiB
// and, behind it, one process and its MiB, anew at each question. "dead" fails to start; "unified"
// has no memory figures; "private" keeps process lists to itself; "wddm" lists processes without
// their memory.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string_view>

#include "hw/nvml_abi.hpp"

namespace nvml = plim::hw::nvml;

namespace {

struct Card {
  const char* name;
  const char* uuid;
  const char* bus;
  unsigned long long total, free;
};

// nvidia-smi's figures: memory.total, memory.free in MiB.
constexpr Card cards[] = {
    {"NVIDIA GeForce RTX 4090", "GPU-4e1bd8a5-1c5d-2b39-8f5a-1f0a4c7e2a11", "00000000:01:00.0",
     24564ULL << 20U, 23010ULL << 20U},
    {"NVIDIA GeForce RTX 3060", "GPU-9c0a7f3e-77aa-4d10-b7c2-5d2e8f9b1c22", "00000000:0A:00.0",
     12288ULL << 20U, 11901ULL << 20U},
};

bool mode(std::string_view name) {
  const char* value = std::getenv("FAKE_NVML");
  return value != nullptr && name == value;
}

// What FAKE_NVML_STATE's file says.
struct State {
  unsigned long long free = cards[0].free >> 20U;
  unsigned pid = 0;
  unsigned long long own = 0;
};

State state() {
  State now;
  if (const char* path = std::getenv("FAKE_NVML_STATE"))
    std::ifstream(path) >> now.free >> now.pid >> now.own;
  return now;
}

const Card& card(nvml::Device device) { return *reinterpret_cast<const Card*>(device); }

nvml::Status copy(char* out, unsigned length, const char* text) {
  if (std::strlen(text) >= length) return nvml::insufficient_size;
  std::strcpy(out, text);
  return nvml::success;
}

nvml::Status give(unsigned* count, nvml::ProcessInfo* out, nvml::ProcessInfo info) {
  if (mode("private")) return nvml::no_permission;
  if (mode("wddm")) info.used_gpu_memory = nvml::value_not_available;
  // As the driver does on a busy machine: the first guess is too small.
  if (*count < 40) return *count = 40, nvml::insufficient_size;
  out[0] = info;
  *count = 1;
  return nvml::success;
}

}  // namespace

extern "C" {

nvml::Status nvmlInit_v2() { return mode("dead") ? 9 : nvml::success; }
nvml::Status nvmlShutdown() { return nvml::success; }
const char* nvmlErrorString(nvml::Status status) {
  switch (status) {
    case nvml::not_supported:
      return "Not Supported";
    case nvml::no_permission:
      return "Insufficient Permissions";
    case 9:
      return "Driver Not Loaded";
    default:
      return "Unknown Error";
  }
}
nvml::Status nvmlSystemGetDriverVersion(char* out, unsigned length) {
  return copy(out, length, "580.65.06");
}
nvml::Status nvmlDeviceGetCount_v2(unsigned* count) { return *count = 2, nvml::success; }
nvml::Status nvmlDeviceGetHandleByIndex_v2(unsigned index, nvml::Device* device) {
  *device = reinterpret_cast<nvml::Device>(const_cast<Card*>(&cards[index]));
  return nvml::success;
}
nvml::Status nvmlDeviceGetName(nvml::Device device, char* out, unsigned length) {
  return copy(out, length, card(device).name);
}
nvml::Status nvmlDeviceGetUUID(nvml::Device device, char* out, unsigned length) {
  return copy(out, length, card(device).uuid);
}
nvml::Status nvmlDeviceGetPciInfo_v3(nvml::Device device, nvml::PciInfo* pci) {
  return copy(pci->bus_id, sizeof pci->bus_id, card(device).bus);
}
nvml::Status nvmlDeviceGetMemoryInfo(nvml::Device device, nvml::Memory* memory) {
  if (mode("unified")) return nvml::not_supported;
  const auto& c = card(device);
  const auto free = &c == &cards[0] ? state().free << 20U : c.free;
  *memory = {c.total, free, c.total - free};
  return nvml::success;
}
nvml::Status nvmlDeviceGetComputeRunningProcesses_v3(nvml::Device device, unsigned* count,
                                                     nvml::ProcessInfo* out) {
  if (&card(device) != &cards[0]) return *count = 0, nvml::success;
  if (const auto now = state(); now.pid != 0)
    return give(count, out, {now.pid, now.own << 20U, 0, 0});
  return give(count, out, {4242, 900ULL << 20U, 0, 0});
}
nvml::Status nvmlDeviceGetGraphicsRunningProcesses_v3(nvml::Device device, unsigned* count,
                                                      nvml::ProcessInfo* out) {
  if (&card(device) != &cards[0]) return *count = 0, nvml::success;
  return give(count, out, {1313, 310ULL << 20U, 0, 0});
}

}  // extern "C"
