// sys: every system call of the project but the sandbox's own: processes, files, locks, clock.
// Does not: decide anything; policies are in the modules above.
// Threads: each object belongs to one thread unless it says otherwise.
// Start at: process.hpp for children, directory.hpp for files under a held root.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "sys/unique_fd.hpp"

namespace plim::sys {

/// What to start. Nothing is inherited but what is named here.
struct Command {
  std::vector<std::string> argv;  ///< argv[0] is an absolute path; PATH is never searched.
  std::vector<std::string> env;   ///< The whole environment, "NAME=value".
  std::filesystem::path cwd;      ///< Empty: the caller's.
  std::vector<int> keep_fds;      ///< Descriptors the child also gets, under the same number.
  bool die_with_parent = true;    ///< PDEATHSIG=SIGKILL, so a killed plim leaves no orphan.
};

struct ExitStatus {
  int code = 0;    ///< Exit code, or 128+signal.
  int signal = 0;  ///< 0 unless killed by one.
  friend bool operator==(const ExitStatus&, const ExitStatus&) = default;
};

/// A child that leads its own process group. Its stdin is /dev/null; stdout and stderr are
/// one pipe. Destroying it kills the whole group and reaps the child.
class Process {
 public:
  /// Errors: not_found when argv[0] is missing; denied, io.
  [[nodiscard]] static Result<Process> spawn(const Command& command);

  Process(Process&& other) noexcept;
  Process& operator=(Process&& other) noexcept;
  ~Process();

  [[nodiscard]] pid_t pid() const { return pid_; }
  /// The reading end of the child's output; non-blocking, close-on-exec.
  [[nodiscard]] int output() const { return output_.get(); }
  /// Waits until the child has exited, `timeout` passed (nothing) or `stop` is requested (nothing).
  [[nodiscard]] std::optional<ExitStatus> wait(std::chrono::milliseconds timeout,
                                               std::stop_token stop = {});
  /// SIGTERM to the group, after `grace` SIGKILL; reaps. Returns how the child ended.
  ExitStatus terminate(std::chrono::milliseconds grace);

 private:
  Process(pid_t pid, UniqueFd output, UniqueFd pidfd);

  pid_t pid_ = -1;
  UniqueFd output_;
  UniqueFd pidfd_;
  std::optional<ExitStatus> status_;
};

struct RunLimits {
  std::chrono::milliseconds timeout{std::chrono::seconds(30)};
  std::size_t head_bytes = 512U << 10U;  ///< Output kept from the start…
  std::size_t tail_bytes = 512U << 10U;  ///< …and from the end; what is between is dropped.
};

struct RunResult {
  ExitStatus status;
  std::string head;             ///< Output up to head_bytes.
  std::string tail;             ///< Output after it, at most the last tail_bytes.
  std::size_t dropped_bytes = 0;  ///< Between head and tail.
  bool timed_out = false;       ///< Killed at the limit.
};

/// Runs a command to its end, draining its output so that it never blocks.
/// Returns also when the child has exited but a grandchild still holds the pipe: the group is
/// killed then. Errors: as spawn; cancelled when `stop` is requested (the group is killed).
[[nodiscard]] Result<RunResult> run(const Command& command, const RunLimits& limits,
                                    std::stop_token stop = {});

/// Finds `program` in the directories of `path` (as $PATH spells them) or checks it when it has a
/// slash. Errors: not_found, naming the program.
[[nodiscard]] Result<std::filesystem::path> find_program(const std::string& program,
                                                         const std::string& path);

}  // namespace plim::sys
