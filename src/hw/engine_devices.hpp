#pragma once

#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "hw/hw.hpp"
#include "hw/nvml.hpp"
#include "hw/probe.hpp"

namespace plim::hw {

/// A device as the engine names it.
struct EngineDevice {
  std::string id;           ///< "Vulkan0"
  std::string description;  ///< "llvmpipe (LLVM 21.1.8, 256 bits)"
  Bytes total;
  Bytes free;

  friend bool operator==(const EngineDevice&, const EngineDevice&) = default;
};

/// Parses what `llama-server --list-devices` prints.
/// Errors: protocol when there is no list in it.
[[nodiscard]] Result<std::vector<EngineDevice>> parse_device_list(std::string_view output);

/// Runs the engine and parses its answer. Errors: as sys::run and parse_device_list; timeout.
[[nodiscard]] Result<std::vector<EngineDevice>> list_engine_devices(const ProbeOptions& options,
                                                                    std::stop_token stop);

/// Joins what the system sees with what the engine sees: one Gpu per device, in the engine's
/// order, carrying the name the engine's flags take. Where several of the engine's backends reach
/// one GPU, the vendor's own wins over Vulkan.
[[nodiscard]] std::vector<Gpu> join_devices(std::vector<Gpu> system,
                                            std::vector<EngineDevice> engine);

}  // namespace plim::hw
