#pragma once

#include <chrono>

#include "sys/process.hpp"
#include "sys/supervisor.hpp"

namespace plim::sys {

/// How long killed processes may take to go. Only one stuck inside the kernel (a lost GPU, a dead
/// network disk) needs more; it is left to init rather than hanging plim with it.
inline constexpr std::chrono::milliseconds longest_death{10'000};

/// A child that has reached its program; what Process is made of.
struct Spawned {
  Supervisor supervisor;
  UniqueFd output;
  UniqueFd pidfd;
};

/// Forks and executes `command` under a supervisor. Errors: as Process::spawn.
[[nodiscard]] Result<Spawned> spawn(const Command& command);

}  // namespace plim::sys
