#pragma once

#include <chrono>
#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "hw/hw.hpp"

namespace plim::hw {

/// Where to look. The defaults are the real machine; tests hand in trees of files.
struct ProbeOptions {
  std::filesystem::path root = "/";                ///< Holds proc/ and sys/.
  std::string nvml_library = "libnvidia-ml.so.1";  ///< "" skips NVIDIA's own interface.
  std::filesystem::path engine;                    ///< llama-server; "" does not ask it.
  std::vector<std::string> engine_env;             ///< The environment it will be run with.
  std::chrono::milliseconds engine_timeout{std::chrono::seconds(10)};
};

/// Looks at the machine once.
///
/// What cannot be read becomes a note, never a zero that looks like an answer; a GPU seen by the
/// driver and by the engine is one Gpu. Asking the engine takes as long as it takes to start its
/// backends (0.1 to 2 s).
/// Errors: io when not even the RAM can be read; cancelled.
[[nodiscard]] Result<Hardware> probe(const ProbeOptions& options, std::stop_token stop = {});

}  // namespace plim::hw
