#pragma once

#include <filesystem>
#include <vector>

#include "base/error.hpp"
#include "hw/hw.hpp"

namespace plim::hw {

/// Reads RAM and the control group limit that binds this process most; what cannot be told goes
/// to `notes`. Errors: io when proc/meminfo cannot be read.
/// Source: Linux admin-guide/cgroup-v2.rst "Memory", cgroup-v1/memory.rst.
struct MemoryReading {
  Memory memory;
  std::vector<Note> notes;
};
[[nodiscard]] Result<MemoryReading> read_memory(const std::filesystem::path& root);

}  // namespace plim::hw
