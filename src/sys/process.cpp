#include "sys/process.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include <sys/wait.h>

#include <poll.h>
#include <signal.h>

#include "sys/spawn.hpp"
#include "sys/stop_event.hpp"

namespace plim::sys {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

/// How long a killed child may take to go. Only one stuck inside the kernel (a lost GPU, a dead
/// network disk) needs more; it is left to init rather than hanging plim with it.
constexpr milliseconds longest_death{10'000};

int poll_timeout(Clock::time_point deadline) {
  const auto left = std::chrono::ceil<milliseconds>(deadline - Clock::now()).count();
  return static_cast<int>(std::clamp<milliseconds::rep>(left, 0, std::numeric_limits<int>::max()));
}

/// A deadline that a huge timeout cannot overflow.
Clock::time_point deadline_after(milliseconds timeout) {
  constexpr milliseconds year = std::chrono::hours(24 * 365);
  return Clock::now() + std::clamp(timeout, milliseconds(0), year);
}

ExitStatus decode(const siginfo_t& info) {
  if (info.si_code == CLD_EXITED) return {.code = info.si_status, .signal = 0};
  return {.code = 128 + info.si_status, .signal = info.si_status};
}

}  // namespace

Process::Process(pid_t pid, UniqueFd output, UniqueFd pidfd)
    : pid_(pid), output_(std::move(output)), pidfd_(std::move(pidfd)) {}

Process::Process(Process&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      output_(std::move(other.output_)),
      pidfd_(std::move(other.pidfd_)),
      status_(std::exchange(other.status_, std::nullopt)) {}

Process& Process::operator=(Process&& other) noexcept {
  if (this == &other) return *this;
  if (pid_ > 0) terminate(milliseconds(0));
  pid_ = std::exchange(other.pid_, -1);
  output_ = std::move(other.output_);
  pidfd_ = std::move(other.pidfd_);
  status_ = std::exchange(other.status_, std::nullopt);
  return *this;
}

Process::~Process() {
  if (pid_ > 0) terminate(milliseconds(0));
}

Result<Process> Process::spawn(const Command& command) {
  auto spawned =
      TRY(command.die_with_parent ? spawn_from_lasting_thread(command) : spawn_here(command));
  return Process(spawned.pid, std::move(spawned.output), std::move(spawned.pidfd));
}

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
  // Before the child is reaped its number cannot name another group.
  ::kill(-pid_, SIGKILL);
  siginfo_t info{};
  // ECHILD, where someone ignores SIGCHLD, leaves the zeroes: then nobody knows how it ended.
  const bool known = ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED) == 0;
  status_ = known ? decode(info) : ExitStatus{.code = 255, .signal = 0};
  return *status_;
}

ExitStatus Process::terminate(milliseconds grace) {
  if (status_) return *status_;
  if (grace.count() > 0) {
    ::kill(-pid_, SIGTERM);
    if (const auto status = wait(grace)) return *status;
  }
  ::kill(-pid_, SIGKILL);
  if (const auto status = wait(longest_death)) return *status;
  status_ = ExitStatus{.code = 128 + SIGKILL, .signal = SIGKILL};
  return *status_;
}

}  // namespace plim::sys
