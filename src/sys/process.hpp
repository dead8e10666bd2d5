// sys: every system call of the project but the sandbox's own: processes, files, locks, clock.
// Does not: decide anything; policies are in the modules above.
// Threads: each object belongs to one thread unless it says otherwise.
// Start at: process.hpp for children, directory.hpp for files under a held root.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include <sys/types.h>

#include "base/error.hpp"
#include "sys/unique_fd.hpp"

namespace plim::sys {

/// One setrlimit(2) of a child; a value over the hard limit is lowered to it.
struct ResourceLimit {
  int resource = 0;  ///< RLIMIT_NOFILE, RLIMIT_CORE, …
  std::uint64_t value = 0;
};

/// What to start. Nothing is inherited but what is named here: signal handlers and masks are
/// reset, every other descriptor is closed, and there is no controlling terminal to ask on.
struct Command {
  std::vector<std::string> argv;      ///< argv[0] is an absolute path; PATH is never searched.
  std::vector<std::string> env;       ///< The whole environment, "NAME=value".
  std::filesystem::path cwd;          ///< Empty: the caller's.
  std::vector<int> keep_fds;          ///< Descriptors (3 and up) the child also gets, same number.
  std::vector<ResourceLimit> limits;  ///< Set in the child before it runs.
  /// For untrusted or heavy work: the first the kernel kills when memory runs out, nice 5.
  bool expendable = false;
  /// As far as memory goes: the first the kernel kills, at full speed.
  bool killed_first = false;
  /// File of a control group (MemoryGroup::processes) the child enters before it runs, if it may.
  std::filesystem::path group = {};
};

struct ExitStatus {
  int code = 0;    ///< Exit code, or 128+signal.
  int signal = 0;  ///< 0 unless killed by one.
  friend bool operator==(const ExitStatus&, const ExitStatus&) = default;
};

class Supervisor;

/// A child that leads its own session and process group. Its stdin is /dev/null; stdout and
/// stderr are one pipe. Once it is seen to have exited, is terminated or destroyed, or plim dies,
/// be it by SIGKILL, everything it started is killed too, in whatever session or namespace.
class Process {
 public:
  /// Safe from several threads at once.
  /// Errors: invalid for a relative argv[0]; not_found when argv[0] or cwd is missing; denied;
  /// capacity when the system has no process or descriptor left; io.
  [[nodiscard]] static Result<Process> spawn(const Command& command);

  Process(Process&& other) noexcept;
  Process& operator=(Process&& other) noexcept;
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process();

  [[nodiscard]] pid_t pid() const;
  /// Readable once the child has exited.
  [[nodiscard]] int pidfd() const { return pidfd_.get(); }
  /// The reading end of the child's output; non-blocking, close-on-exec.
  [[nodiscard]] int output() const { return output_.get(); }
  /// Waits until the child has exited, `timeout` passed (nothing) or `stop` is requested (nothing).
  [[nodiscard]] std::optional<ExitStatus> wait(std::chrono::milliseconds timeout,
                                               std::stop_token stop = {});
  /// SIGTERM to the group, after `grace` SIGKILL; reaps. Returns how the child ended.
  ExitStatus terminate(std::chrono::milliseconds grace);

 private:
  Process(std::unique_ptr<Supervisor> supervisor, UniqueFd output, UniqueFd pidfd);
  ExitStatus reap();

  std::unique_ptr<Supervisor> supervisor_;  // none once moved from
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
  std::string head;               ///< Output up to head_bytes.
  std::string tail;               ///< Output after it, at most the last tail_bytes.
  std::size_t dropped_bytes = 0;  ///< Between head and tail.
  bool timed_out = false;         ///< Killed at the limit.
};

/// Runs a command to its end, draining its output so that it never blocks.
/// Returns also when the child has exited but a grandchild still holds the pipe: it is killed
/// then. Memory stays below twice the bytes kept, however much is printed.
/// Errors: as spawn; cancelled when `stop` is requested (everything is killed).
[[nodiscard]] Result<RunResult> run(const Command& command, const RunLimits& limits,
                                    std::stop_token stop = {});

/// The second half of run(): drains and reaps a child that was just spawned.
[[nodiscard]] Result<RunResult> collect(Process process, const RunLimits& limits,
                                        std::stop_token stop = {});

/// Finds `program` in the absolute directories of `path` (as $PATH spells them; "." and empty
/// entries are skipped, so a repository cannot put a program in the way), or checks it when it
/// has a slash. Returns an absolute path. Errors: not_found, naming the program.
[[nodiscard]] Result<std::filesystem::path> find_program(const std::string& program,
                                                         const std::string& path);

}  // namespace plim::sys
