#include "sys/process.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include <poll.h>
#include <signal.h>

#include "sys/spawn.hpp"
#include "sys/stop_event.hpp"

namespace plim::sys {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

int poll_timeout(Clock::time_point deadline) {
  const auto left = std::chrono::ceil<milliseconds>(deadline - Clock::now()).count();
  return static_cast<int>(std::clamp<milliseconds::rep>(left, 0, std::numeric_limits<int>::max()));
}

/// A deadline that a huge timeout cannot overflow.
Clock::time_point deadline_after(milliseconds timeout) {
  constexpr milliseconds year = std::chrono::hours(24 * 365);
  return Clock::now() + std::clamp(timeout, milliseconds(0), year);
}

}  // namespace

Process::Process(std::unique_ptr<Supervisor> supervisor, UniqueFd output, UniqueFd pidfd)
    : supervisor_(std::move(supervisor)), output_(std::move(output)), pidfd_(std::move(pidfd)) {}

Process::Process(Process&& other) noexcept
    : supervisor_(std::move(other.supervisor_)),
      output_(std::move(other.output_)),
      pidfd_(std::move(other.pidfd_)),
      status_(std::exchange(other.status_, std::nullopt)) {}

Process& Process::operator=(Process&& other) noexcept {
  if (this == &other) return *this;
  if (supervisor_) terminate(milliseconds(0));
  supervisor_ = std::move(other.supervisor_);
  output_ = std::move(other.output_);
  pidfd_ = std::move(other.pidfd_);
  status_ = std::exchange(other.status_, std::nullopt);
  return *this;
}

Process::~Process() {
  if (supervisor_) terminate(milliseconds(0));
}

Result<Process> Process::spawn(const Command& command) {
  auto [supervisor, output, pidfd] = TRY(sys::spawn(command));
  return Process(std::make_unique<Supervisor>(std::move(supervisor)), std::move(output),
                 std::move(pidfd));
}

pid_t Process::pid() const { return supervisor_->child(); }

std::optional<ExitStatus> Process::wait(milliseconds timeout, std::stop_token stop) {
  if (status_) return status_;
  const StopEvent stopped(std::move(stop));
  const auto deadline = deadline_after(timeout);
  while (!stopped.requested()) {
    std::array<pollfd, 2> fds{{{pidfd_.get(), POLLIN, 0}, {stopped.fd(), POLLIN, 0}}};
    ::poll(fds.data(), fds.size(), stopped.slice_ms(poll_timeout(deadline)));
    if ((fds[0].revents & POLLIN) != 0) return reap();
    if (Clock::now() >= deadline) break;
  }
  return std::nullopt;
}

ExitStatus Process::reap() {
  status_ = supervisor_->release(longest_death)
                .value_or(ExitStatus{.code = 128 + SIGKILL, .signal = SIGKILL});
  return *status_;
}

ExitStatus Process::terminate(milliseconds grace) {
  if (status_) return *status_;
  if (grace.count() > 0) {
    ::kill(-pid(), SIGTERM);
    if (const auto status = wait(grace)) return *status;
  }
  return reap();
}

}  // namespace plim::sys
