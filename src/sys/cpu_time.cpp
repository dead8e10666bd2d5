#include "sys/cpu_time.hpp"

#include <ctime>

namespace plim::sys {

std::chrono::nanoseconds thread_cpu_time() {
  timespec time{};
  if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time) != 0) return {};
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

}  // namespace plim::sys
