#pragma once

#include "sys/process.hpp"

namespace plim::sys {

/// A child that has reached its program; what Process is made of.
struct Spawned {
  pid_t pid = -1;
  UniqueFd output;
  UniqueFd pidfd;
};

/// Forks and executes `command` on a thread that lives as long as the process: PDEATHSIG fires
/// when the *thread* that forked ends, and callers' threads come and go. Errors: as Process::spawn.
[[nodiscard]] Result<Spawned> spawn_from_lasting_thread(const Command& command);

/// Forks and executes `command` on the caller's thread. Errors: as Process::spawn.
[[nodiscard]] Result<Spawned> spawn_here(const Command& command);

}  // namespace plim::sys
