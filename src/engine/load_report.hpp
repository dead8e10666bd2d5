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
  Bytes size;          ///< As exact as the log: two decimals of a MiB.
  friend bool operator==(const Buffer&, const Buffer&) = default;
};

/// What loading took, measured by the engine itself: to be held against the plan.
struct LoadReport {
  std::vector<Buffer> buffers;  ///< In the order of the log.
  int offloaded_layers = 0;
  int layers = 0;  ///< With the output layer; 0 when the log names none (CPU only).
  int splits = 0;  ///< Pieces the graph is cut into, each on one backend; 0 when not said.
  int draft_offloaded_layers = 0;  ///< As the two above, of a model that guesses.
  int draft_layers = 0;
  bool guesses = false;   ///< What is to guess tokens was set up.
  int contexts = 0;       ///< One, and another where something guesses.
  std::size_t began = 0;  ///< So many buffers are older than the last context.

  [[nodiscard]] Bytes on(std::string_view device) const;  ///< Sum of one device's buffers.
  friend bool operator==(const LoadReport&, const LoadReport&) = default;
};

/// Takes what one line of the engine's log (-lv 4) says about placement.
/// Source: llama.cpp 0.7 load_tensors, llama_kv_cache, llama_memory_recurrent, sched_reserve.
void scan_log_line(std::string_view line, LoadReport& report);

}  // namespace plim::engine
