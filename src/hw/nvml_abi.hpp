#pragma once

#include <cstdint>

// The part of NVIDIA's management library we call, declared from its reference guide so that no
// NVIDIA header is needed to build. Layouts are part of the library's stable ABI.
namespace plim::hw::nvml {

using Device = struct DeviceTag*;
using Status = int;

constexpr Status success = 0;
constexpr Status not_supported = 3;
constexpr Status no_permission = 4;
constexpr Status insufficient_size = 7;
constexpr std::uint64_t value_not_available = ~std::uint64_t{0};

struct Memory {  // nvmlMemory_t
  std::uint64_t total, free, used;
};

struct ProcessInfo {  // nvmlProcessInfo_t of the _v3 calls
  unsigned pid;
  std::uint64_t used_gpu_memory;
  unsigned gpu_instance_id, compute_instance_id;
};
static_assert(sizeof(ProcessInfo) == 24);

struct PciInfo {  // nvmlPciInfo_t
  char bus_id_legacy[16];
  unsigned domain, bus, device, pci_device_id, pci_subsystem_id;
  char bus_id[32];
};
static_assert(sizeof(PciInfo) == 68);

using Init = Status (*)();
using Shutdown = Status (*)();
using ErrorString = const char* (*)(Status);
using SystemGetDriverVersion = Status (*)(char* version, unsigned length);
using DeviceGetCount = Status (*)(unsigned* count);
using DeviceGetHandleByIndex = Status (*)(unsigned index, Device* device);
using DeviceGetText = Status (*)(Device device, char* text, unsigned length);
using DeviceGetPciInfo = Status (*)(Device device, PciInfo* pci);
using DeviceGetMemoryInfo = Status (*)(Device device, Memory* memory);
using DeviceGetProcesses = Status (*)(Device device, unsigned* count, ProcessInfo* processes);

}  // namespace plim::hw::nvml
