#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "hw/hw.hpp"

namespace plim::hw {

/// A GPU as its maker describes it, whether or not one is in this machine.
struct KnownGpu {
  std::string_view name;    ///< "RTX 4090", "Apple M4 Max"; other names in parentheses behind it.
  Bytes memory;             ///< Of a unified memory, all of it.
  double bandwidth = 0;     ///< GB/s, 10^9 bytes.
  std::string_view family;  ///< "ada", "rdna3", "apple"…: what shares its efficiency.
  double tflops = 0;        ///< f32, without matrix units.

  friend bool operator==(const KnownGpu&, const KnownGpu&) = default;
};

/// All of them. Source: src/hw/gpus.csv, which names its own.
[[nodiscard]] std::span<const KnownGpu> known_gpus();

/// The one a user names: case, spaces, "NVIDIA GeForce" and the like do not matter, and a size such
/// as "64GB" behind the name chooses or overrides the memory.
/// Errors: not_found with the nearest names; invalid when several answer.
[[nodiscard]] Result<KnownGpu> find_known_gpu(std::string_view name);

/// The one a driver or engine describes so ("NVIDIA A100-SXM4-80GB"), or null.
[[nodiscard]] const KnownGpu* recognise(std::string_view description, Bytes memory);

/// `known` as if it were the machine's `index`-th: nothing on it, and of unified memory the share
/// a GPU may have.
[[nodiscard]] Gpu as_gpu(const KnownGpu& known, int index);

}  // namespace plim::hw
