#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hw/hw.hpp"

namespace plim::hw {

/// One open DRM file, as its fdinfo describes it.
struct DrmClient {
  std::string pci;
  std::string client;  ///< Several descriptors of one client share this.
  Bytes local;         ///< Resident in the card's own memory.
  Bytes shared;        ///< Resident in RAM on its behalf.
  Bytes evicted;       ///< Wanted on the card and pushed out of it; amdgpu tells.

  friend bool operator==(const DrmClient&, const DrmClient&) = default;
};

/// Parses one fdinfo text. Nothing when it is not a DRM file's.
/// Source: Linux gpu/drm-usage-stats.rst; amdgpu and xe region names.
[[nodiscard]] std::optional<DrmClient> parse_fdinfo(std::string_view text);

struct DrmUsers {
  std::map<std::string, std::vector<GpuProcess>> by_pci;  ///< Largest first.
  int hidden = 0;                                         ///< Processes that may not be read.
};

/// Every process's share of every DRM device.
[[nodiscard]] DrmUsers read_fdinfo(const std::filesystem::path& root);

}  // namespace plim::hw
