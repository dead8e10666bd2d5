// hw: what this machine has: CPU, RAM and GPUs, with what is free and who uses the rest.
// Does not: decide what fits (plan/), start a model, or keep watching (engine/).
// Threads: probe runs on the caller's; results are plain values.
// Start at: probe.hpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/units.hpp"

namespace plim::hw {

struct Cpu {
  std::string model;  ///< "AMD Ryzen 9 7950X 16-Core Processor"; "" when unknown.
  int online = 1;     ///< Logical processors of the machine.
  int usable = 1;     ///< Logical processors this process may run on (affinity, cgroup quota).
  int cores = 1;      ///< Physical cores among the usable ones: threads beyond slow decoding.
  bool amx = false;   ///< Multiplies tiles of bytes, for which the engine lays weights out anew.

  friend bool operator==(const Cpu&, const Cpu&) = default;
};

/// A limit on this process's control group, or one above it.
struct MemoryLimit {
  std::string group;  ///< Path of the group that binds, as the kernel names it.
  Bytes limit;
  Bytes used;  ///< Less page cache the kernel can drop at once (inactive file pages).

  friend bool operator==(const MemoryLimit&, const MemoryLimit&) = default;
};

struct Memory {
  Bytes total;
  Bytes available;  ///< The kernel's MemAvailable, before any limit.
  std::optional<MemoryLimit> limit;
  double bandwidth = 0;  ///< GB/s that all cores read at; 0: not measured.

  /// What a new process could still use: the smaller of what is available and what the limit
  /// leaves.
  [[nodiscard]] Bytes usable() const;
  /// The most this process tree could ever use.
  [[nodiscard]] Bytes capacity() const;
  friend bool operator==(const Memory&, const Memory&) = default;
};

enum class GpuKind {
  discrete,  ///< Its own memory.
  unified,   ///< Shares the machine's RAM: integrated GPU, Apple, GB10.
  software,  ///< A CPU in disguise (llvmpipe); also shares RAM. Never chosen unless named.
};

/// Memory one process holds on a GPU.
struct GpuProcess {
  std::int64_t pid = 0;
  std::string name;            ///< "" when it may not be read.
  std::optional<Bytes> bytes;  ///< Nothing when the driver will not tell.

  friend bool operator==(const GpuProcess&, const GpuProcess&) = default;
};

struct Gpu {
  std::string name;           ///< "NVIDIA GeForce RTX 4090".
  std::string engine_device;  ///< What the engine's flags call it: "CUDA0", "Vulkan0"; "" when
                              ///< the engine does not see it or was not asked.
  std::string pci;            ///< "0000:01:00.0", "" when unknown.
  std::string uuid;           ///< "" when the driver has none.
  std::string driver;         ///< "nvidia 580.65.06", "amdgpu"; "" when unknown.
  GpuKind kind = GpuKind::discrete;
  Bytes total;
  Bytes free;
  std::vector<GpuProcess> processes;  ///< Largest first.
  double bandwidth = 0;               ///< GB/s of its memory; 0: as the catalogue has it.
  double tflops = 0;                  ///< f32; 0: as the catalogue has it.
  std::string family;                 ///< The catalogue's; "": by its name.

  friend bool operator==(const Gpu&, const Gpu&) = default;
};

/// Something that could not be read, in words a user understands.
struct Note {
  std::string source;  ///< "nvml", "drm", "engine", "cgroup"…
  std::string text;

  friend bool operator==(const Note&, const Note&) = default;
};

struct Hardware {
  Cpu cpu;
  Memory memory;
  std::vector<Gpu> gpus;    ///< In the engine's order first, then what only the system sees.
  std::vector<Note> notes;  ///< Never empty where a number is missing.

  friend bool operator==(const Hardware&, const Hardware&) = default;
};

}  // namespace plim::hw
