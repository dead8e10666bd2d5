#pragma once

#include <filesystem>

#include "hw/nvml.hpp"

namespace plim::hw {

/// AMD and Intel GPUs as the kernel's DRM drivers describe them, with each process's share.
/// NVIDIA cards are left to NVML, with a note when only the kernel sees them.
///
/// Process shares are those of processes this user may look at; a note says when some may not.
/// Not yet run on hardware.
/// Source: Linux gpu/amdgpu/driver-misc.rst (mem_info_*), gpu/drm-usage-stats.rst (fdinfo).
[[nodiscard]] GpuReading read_drm(const std::filesystem::path& root, const Memory& memory);

}  // namespace plim::hw
