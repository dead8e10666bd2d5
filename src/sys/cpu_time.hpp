#pragma once

#include <chrono>

namespace plim::sys {

/// Processor time that the calling thread has used. Unlike a clock on the wall it is the same for
/// the same work however busy the machine is. Zero where the system does not say.
[[nodiscard]] std::chrono::nanoseconds thread_cpu_time();

}  // namespace plim::sys
