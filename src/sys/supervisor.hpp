#pragma once

#include <chrono>
#include <optional>

#include <sys/types.h>

#include "base/error.hpp"
#include "sys/process.hpp"
#include "sys/unique_fd.hpp"

namespace plim::sys {

/// A process between plim and a child. Whatever the child starts, in whatever session or
/// namespace, ends when plim lets go of the supervisor, or dies, be it by SIGKILL: the kernel
/// gives it every orphan below it, and it kills them until none is left.
///
/// PDEATHSIG cannot promise that: it reaches one process, and bubblewrap's inner half asks for it
/// only once its namespaces stand.
class Supervisor {
 public:
  /// Forks the supervisor, which forks `child(argument)`; that must execute a program or _exit,
  /// and like every child of a fork may neither allocate nor lock. Signals must be blocked; the
  /// supervisor keeps them so. Errors: capacity, io.
  [[nodiscard]] static Result<Supervisor> start(void (*child)(const void*), const void* argument);

  /// The child's number. It names the child, if only its zombie, until release() returns.
  [[nodiscard]] pid_t child() const { return child_; }
  /// Kills what is left of the child and of all it started, waits until nothing is, and returns
  /// how the child ended; nothing when that takes longer than `limit`, or when the supervisor
  /// itself was killed (the child dies with it). To be called once.
  [[nodiscard]] std::optional<ExitStatus> release(std::chrono::milliseconds limit);

 private:
  Supervisor(pid_t pid, UniqueFd lifeline, UniqueFd report);

  pid_t pid_ = -1;
  pid_t child_ = -1;
  UniqueFd lifeline_;  // its end, seen from the other side, is plim's
  UniqueFd report_;    // first the child's number, last how it ended
};

}  // namespace plim::sys
