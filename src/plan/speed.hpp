#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "gguf/gguf.hpp"
#include "hw/hw.hpp"
#include "plan/cache.hpp"
#include "plan/plan.hpp"
#include "plan/shape.hpp"

namespace plim::plan {

/// What one device brings to a step. From the catalogue for a GPU.
struct Roof {
  double bandwidth = 0;     ///< GB/s, as its maker says.
  double tflops = 0;        ///< f32.
  std::string_view family;  ///< A row of speed_constants.hpp; "cpu" for the CPU.
  bool rocm = false;        ///< An AMD card through ROCm, not Vulkan.
};

/// What one token asks of one device.
struct Work {
  double weights = 0;      ///< Bytes read: of a mixture of experts, only those used.
  double all_weights = 0;  ///< Bytes read when a whole batch is computed at once.
  double parameters = 0;   ///< Multiplied, for prefill.
  double layers = 0;       ///< Of which each costs its launches.
  bool experts = false;
  double cache = 0;      ///< Bytes of attention cache read, at the depth asked about.
  double attention = 0;  ///< Multiplications with the cache per token, at that depth.
};

/// Which tensors of a layer.
enum class Part { all, experts };

/// The layers [first, last), with the output layer where `output`.
struct LayerRange {
  std::size_t first = 0;
  std::size_t last = 0;
  bool output = false;
  Part part = Part::all;
};

/// What that part of a model asks for. `depth`: tokens already in the cache.
[[nodiscard]] Work work_of(const gguf::Header& model, const Shape& shape, const CacheLayout& layout,
                           const LayerRange& range, std::uint64_t depth);

/// One device's share of a step.
struct Stage {
  Roof roof;
  Work work;
};

/// The roof of `gpu`: what it says of itself, else what the catalogue knows of its name. A zero
/// bandwidth when neither does.
[[nodiscard]] Roof roof_of(const hw::Gpu& gpu);
[[nodiscard]] Roof roof_of(const hw::Hardware& hardware);  ///< The CPU's.

/// Tokens per second of generating one reply, the devices working one after the other; median and
/// the range nine of ten machines are in.
/// Source: roofline on bytes, constants fitted by scripts/fit_speed on bench/data/speed.csv.
[[nodiscard]] Rate decode_rate(const std::vector<Stage>& stages);

/// Tokens per second of reading a prompt, `ubatch` at a time.
[[nodiscard]] Rate prefill_rate(const std::vector<Stage>& stages, std::uint64_t ubatch);

}  // namespace plim::plan
