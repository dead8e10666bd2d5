#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/units.hpp"

namespace plim::engine {

/// How one llama-server is started. Everything the engine could choose is chosen here.
struct LaunchOptions {
  std::filesystem::path program;    ///< Absolute; see find_llama_server.
  std::filesystem::path model;      ///< First shard of a split model.
  std::string alias;                ///< The model's name on the wire.
  Tokens context;                   ///< Of the one slot.
  std::vector<std::string> devices; ///< "Vulkan0", "CUDA0"…; empty: CPU only, no layer offloaded.
  std::string kv_type = "f16";      ///< K and V.
  int batch = 2048;
  int ubatch = 512;
  int threads = 0;                  ///< 0: the engine's own count.
  Bytes host_cache = 512_MiB;       ///< Prompts kept in RAM beside the slot's; 0: none.
  int checkpoints = 8;              ///< Saved states of recurrent and sliding-window models.

  std::filesystem::path run_dir;    ///< Socket and key go into a new 0700 folder in here.
  std::filesystem::path log_file;   ///< Truncated at each start; whatever the engine says.
  std::vector<std::string> env;     ///< The engine's environment beyond PATH, HOME and LANG.
  std::filesystem::path bwrap;      ///< Absolute; empty: no isolation can be had.
};

/// Where the engine runs, strongest first.
enum class Isolation {
  no_network,  ///< In an empty network namespace, reached over a UNIX socket.
  loopback,    ///< On 127.0.0.1, a random port and a random key; it could open connections.
};

struct EngineVersion {
  int major = 0;
  int minor = 0;
  int patch = 0;
  std::string text;  ///< "0.7.0 (build 11669, commit Debian)"
  friend bool operator==(const EngineVersion&, const EngineVersion&) = default;
};

/// Finds llama-server in `engine_dir` (or its bin/) when that is not empty, else on `path` (as
/// $PATH spells it), and runs its --version.
/// Errors: not_found when there is none, invalid when older than 0.7; both with what mends it.
[[nodiscard]] Result<std::filesystem::path> find_llama_server(
    const std::filesystem::path& engine_dir, const std::string& path);

/// Runs `program --version`. Errors: not_found, protocol for an answer that is none.
[[nodiscard]] Result<EngineVersion> engine_version(const std::filesystem::path& program);

}  // namespace plim::engine
