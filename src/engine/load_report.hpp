#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/units.hpp"

namespace plim::engine {

/// One allocation as the engine's log states it.
struct Buffer {
  std::string device;  ///< "CPU_Mapped", "Vulkan0", "CUDA0", "CUDA_Host"…
  std::string kind;    ///< "model", "KV", "compute", "output", "RS".
  Bytes size;
  friend bool operator==(const Buffer&, const Buffer&) = default;
};

/// What loading took, measured by the engine itself: to be held against the plan.
struct LoadReport {
  std::vector<Buffer> buffers;  ///< In the order of the log.
  int offloaded_layers = 0;
  int layers = 0;               ///< With the output layer.

  [[nodiscard]] Bytes on(std::string_view device) const;  ///< Sum of one device's buffers.
  friend bool operator==(const LoadReport&, const LoadReport&) = default;
};

}  // namespace plim::engine
