// sandbox: runs a shell command so that it can change the project and reach nothing else.
// Does not: decide which commands may run (agent/), edit the user's files (workspace/).
// Threads: a Sandbox is immutable once open; run() may be called from several threads.
// Start at: Sandbox::run, then bwrap_args.cpp for what a command sees.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/units.hpp"
#include "sys/bwrap.hpp"

namespace plim::sandbox {

/// What commands may see and change. Comes from the user's own launch, never from the model or
/// the repository.
struct Policy {
  std::filesystem::path project;  ///< Bound writable at its own path; commands start there.
  bool read_only = false;         ///< Binds the project read-only instead.
  /// Outside paths that commands may read, at their own place, e.g. a toolchain in the home
  /// folder. Those that do not exist are left out.
  std::vector<std::filesystem::path> readable;
  /// Existing paths inside the project that commands may not change, beside every .git.
  std::vector<std::filesystem::path> frozen;
  std::vector<std::string> env;  ///< "NAME=value"; replaces a default of the same name.
  /// A folder of the caller's that serves as $HOME, so that build caches last from command to
  /// command. Empty: each command starts with an empty one in memory.
  std::filesystem::path home;
  bool debuggers = false;  ///< Allows ptrace among the command's own processes: gdb, LeakSanitizer.
};

struct Limits {
  std::chrono::milliseconds timeout{std::chrono::seconds(120)};
  std::size_t head_bytes = 512U << 10U;  ///< Output kept from the start…
  std::size_t tail_bytes = 512U << 10U;  ///< …and from the end; what is between is dropped.
  Bytes memory{};                        ///< Of all processes together; 0: half of the machine's.
  unsigned processes = 1024;             ///< Processes and threads at once.
  Bytes file_size = 2_GiB;               ///< Of each file written.
};

/// Why a command ended.
enum class Ended { by_itself, at_time_limit, at_memory_limit, at_process_limit };

struct CommandResult {
  Ended ended = Ended::by_itself;
  int exit_code = 0;              ///< 128+signal when it was killed.
  std::string head;               ///< stdout and stderr in order, raw bytes, from the start.
  std::string tail;               ///< What came after it; with nothing dropped it follows on.
  std::size_t dropped_bytes = 0;  ///< Between head and tail.
  std::chrono::milliseconds duration{};
};

/// How strongly commands are held. Shown to the user wherever a command is shown.
enum class Rung {
  confined,    ///< Own namespaces, system-call filter, limits; proven by a test at open().
  unconfined,  ///< A clean environment and limits only: ask the user before each command.
};

[[nodiscard]] std::string_view to_string(Rung rung);

class Sandbox {
 public:
  /// Finds bubblewrap on a fixed list, then runs one command that tries to get out; about 30 ms.
  /// Errors: invalid for a project that cannot be confined (/, /usr, a home folder…);
  /// not_found without bubblewrap or without the project; denied where the system forbids
  /// namespaces or the test got out, with the sentence that mends it.
  [[nodiscard]] static Result<Sandbox> open(
      Policy policy, std::span<const std::filesystem::path> bwrap_places = sys::bwrap_places());

  /// For the caller that was told why open() failed and asks the user before every command.
  /// `policy.read_only`, `readable` and `frozen` have no force here.
  [[nodiscard]] static Sandbox unconfined(Policy policy);

  /// Runs `shell_command` with bash (sh where there is none) in the project, to its end; nothing
  /// it started is alive afterwards, also unconfined.
  /// At most 128 KiB of command. Errors: invalid, cancelled (at once, everything is killed),
  /// io when bubblewrap itself fails; denied when a .git cannot be protected.
  [[nodiscard]] Result<CommandResult> run(std::string_view shell_command, const Limits& limits = {},
                                          std::stop_token stop = {}) const;

  [[nodiscard]] Rung rung() const { return rung_; }
  [[nodiscard]] const Policy& policy() const { return policy_; }

 private:
  Sandbox(Policy policy, Rung rung);
  [[nodiscard]] Result<void> prove() const;
  [[nodiscard]] Result<CommandResult> run_confined(std::string_view shell_command,
                                                   const Limits& limits,
                                                   std::stop_token stop) const;
  [[nodiscard]] Result<CommandResult> run_unconfined(std::string_view shell_command,
                                                     const Limits& limits,
                                                     std::stop_token stop) const;

  Policy policy_;
  Rung rung_;
  std::filesystem::path bwrap_;
  std::vector<std::string> fixed_args_;  // namespaces and the system's part of the view
  std::string filter_;                   // the system-call filter, compiled
};

}  // namespace plim::sandbox
