#include "sys/stop_event.hpp"

#include <cstdint>
#include <utility>

#include <sys/eventfd.h>

#include <unistd.h>

namespace plim::sys {

StopEvent::StopEvent(std::stop_token stop) : stop_(std::move(stop)) {
  if (!stop_.stop_possible()) return;
  fd_.reset(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!fd_) return;
  callback_.emplace(stop_, [fd = fd_.get()] {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(fd, &one, sizeof one);
  });
}

int StopEvent::slice_ms(int timeout_ms) const {
  constexpr int slice = 50;
  if (fd_ || !stop_.stop_possible()) return timeout_ms;
  return timeout_ms < 0 || timeout_ms > slice ? slice : timeout_ms;
}

}  // namespace plim::sys
