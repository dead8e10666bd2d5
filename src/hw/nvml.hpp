#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "hw/hw.hpp"

namespace plim::hw {

/// GPUs one source knows of, and what it could not say.
struct GpuReading {
  std::vector<Gpu> gpus;
  std::vector<Note> notes;
};

/// Asks NVIDIA's management library. A missing library means no NVIDIA driver: nothing, no note.
/// Process names come from `root`/proc. Not yet run on hardware.
/// Source: NVML API Reference Guide (nvml.h); the library's ABI is stable by NVIDIA's promise.
[[nodiscard]] GpuReading read_nvml(const std::string& library, const std::filesystem::path& root);

/// Keeps NVIDIA's library started while it lives, so that each read_nvml costs little. Without the
/// library, or with an empty name, it does nothing.
class NvmlHold {
 public:
  explicit NvmlHold(const std::string& library);
  NvmlHold(const NvmlHold&) = delete;
  NvmlHold& operator=(const NvmlHold&) = delete;
  ~NvmlHold();

 private:
  void* handle_ = nullptr;  // from dlopen; not null only while started
};

}  // namespace plim::hw
