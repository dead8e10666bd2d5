#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "engine/event.hpp"
#include "engine/gauge.hpp"
#include "plan/plan.hpp"

namespace plim::engine {

/// Where what a conversation has computed is kept, so that no restart reads it again.
struct SlotOptions {
  std::filesystem::path dir;  ///< Ours alone; empty: nothing is kept.
  std::string name = {};      ///< Of the conversation; a file name. Empty: not begun yet.
  Bytes limit = 4_GiB;        ///< Of all files in `dir`; the oldest go.
  /// Kept when reading it again would take longer.
  std::chrono::milliseconds worth{std::chrono::seconds(1)};
};

struct WatchOptions {
  GaugeOptions gauge;
  std::chrono::milliseconds period{std::chrono::seconds(1)};
  /// How long memory for the plan above must have been free, in looks, before it is gone back to.
  int steady_looks = 30;
};

/// How one llama-server is started. What the engine could choose, the plan has chosen.
struct LaunchOptions {
  std::filesystem::path program;  ///< Absolute; see find_llama_server.
  plan::RunPlan plan;             ///< Its `model` becomes the name on the wire.
  /// Further plans, best first, for when the engine or the machine does not hold to the first.
  std::vector<plan::RunPlan> fallbacks;

  std::filesystem::path run_dir;    ///< The socket and the key go into a new 0700 folder in here.
  std::filesystem::path log_file;   ///< Made anew at each start: whatever the engine says.
  std::filesystem::path cache_dir;  ///< Where drivers keep compiled shaders; empty: nowhere.
  std::vector<std::string> env;     ///< The engine's environment beyond PATH, HOME and LANG.
  std::filesystem::path bwrap;      ///< Absolute; empty: do not isolate.
  std::filesystem::path system_root = "/";  ///< Holds proc/ and sys/, for a control group.
  SlotOptions slots;
  WatchOptions watch;
  OnEvent on_event = {};
  /// Guessing tokens as this plan does costs more than it saves here: worth remembering. From
  /// chat's thread.
  std::function<void(const plan::RunPlan&)> on_draft_loss = {};

  std::chrono::milliseconds load_limit{std::chrono::minutes(5)};  ///< Loading without a log line.
  /// Silence on a connection until the engine counts as hung: while it starts and while it answers.
  std::chrono::milliseconds stall_limit{std::chrono::seconds(120)};
  /// How long a new server may spend on reading a prompt that fills its context; 0: not at all.
  std::chrono::milliseconds warm_up_limit{0};
  std::chrono::milliseconds first_pause{250};  ///< After a crash; doubles with each further one.
};

/// How an engine's memory is bounded, so that one that runs away is killed alone.
struct MemoryBound {
  Bytes limit;          ///< 0: it is not.
  std::string why_not;  ///< For people; empty when it is.

  friend bool operator==(const MemoryBound&, const MemoryBound&) = default;
};

/// What a control group lets the engine of `plan` have: all it plans for and an eighth and 2 GiB
/// more, but not the RAM that the plan reserves for everybody else. 0 without a ledger.
[[nodiscard]] Bytes memory_limit(const plan::RunPlan& plan);

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
/// $PATH spells it).
/// Errors: not_found, with the command that mends it.
[[nodiscard]] Result<std::filesystem::path> find_llama_server(
    const std::filesystem::path& engine_dir, const std::string& path);

/// Runs `program --version` with `env` as its whole environment, at most as long as `limit`.
/// Errors: not_found when it is older than 0.7; protocol for an answer that is no version (builds
/// from upstream's git before 0.1 say "version: 6500"); timeout; as sys::run.
[[nodiscard]] Result<EngineVersion> check_version(
    const std::filesystem::path& program, const std::vector<std::string>& env, std::stop_token stop,
    std::chrono::milliseconds limit = std::chrono::seconds(20));

/// Reads what --version prints. Errors: protocol.
[[nodiscard]] Result<EngineVersion> parse_version(std::string_view output);

/// Where one start of the server is found, as seen by the server itself.
struct Listening {
  std::string host;  ///< "127.0.0.1" (with a port of the system's choice) or "/dir/s.sock".
  std::string key_file;
  std::vector<std::string> model_files;  ///< In the plan's order.
  std::string slot_dir = {};             ///< Empty: slots cannot be saved.
  std::string draft_file = {};           ///< Of a plan that guesses by a smaller model.
};

/// The part of server_arguments that decides what is where and how large it is.
[[nodiscard]] std::vector<std::string> memory_flags(const plan::RunPlan& plan);

/// The arguments after the program's name: every choice explicit, nothing from a file.
[[nodiscard]] std::vector<std::string> server_arguments(const plan::RunPlan& plan,
                                                        const Listening& at);

}  // namespace plim::engine
