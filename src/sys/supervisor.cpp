#include "sys/supervisor.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>
#include <utility>

#include <linux/close_range.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "sys/errno.hpp"
#include "sys/pipe.hpp"

namespace plim::sys {
namespace {

// What follows up to supervise() runs in a forked child: no allocation, no lock.

/// Calls `visit` for some of this process's children, at most a bufferful.
template <class Visit>
void for_each_child(Visit visit) {
  std::array<char, 4096> text;  // whole numbers only: the last one may be cut
  const int list = ::open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC);
  const auto got = list < 0 ? -1 : ::read(list, text.data(), text.size());
  if (list >= 0) ::close(list);
  pid_t pid = 0;
  for (const char letter :
       std::string_view(text.data(), static_cast<std::size_t>(std::max<ssize_t>(got, 0)))) {
    if (letter >= '0' && letter <= '9') {
      pid = pid * 10 + (letter - '0');
    } else if (pid > 0) {
      visit(std::exchange(pid, 0));
    }
  }
}

ExitStatus decode(int status) {
  if (WIFEXITED(status)) return {.code = WEXITSTATUS(status), .signal = 0};
  return {.code = 128 + WTERMSIG(status), .signal = WTERMSIG(status)};
}

/// Orphans that ended are let go; the child is kept, so that its number stays its own.
void reap_orphans(pid_t child) {
  for_each_child([child](pid_t pid) {
    if (pid != child) ::waitpid(pid, nullptr, WNOHANG);
  });
}

/// Each death may bring new orphans, so it starts anew after each until nobody is left.
ExitStatus kill_all(pid_t child) {
  ExitStatus ended{.code = 255, .signal = 0};
  ::kill(-child, SIGKILL);
  for (;;) {
    for_each_child([](pid_t pid) { ::kill(pid, SIGKILL); });
    int status = 0;
    const pid_t dead = ::waitpid(-1, &status, 0);
    if (dead < 0 && errno == ECHILD) return ended;
    if (dead == child) ended = decode(status);
  }
}

void wait_for_end_of(int lifeline, pid_t child) {
  sigset_t deaths;
  sigemptyset(&deaths);
  sigaddset(&deaths, SIGCHLD);
  const int died = ::signalfd(-1, &deaths, SFD_CLOEXEC | SFD_NONBLOCK);
  for (;;) {
    std::array<pollfd, 2> fds{{{lifeline, POLLIN, 0}, {died, POLLIN, 0}}};
    if (::poll(fds.data(), fds.size(), -1) < 0 && errno != EINTR) return;
    if (fds[0].revents != 0) return;
    signalfd_siginfo ignored;
    if (::read(died, &ignored, sizeof ignored) > 0) reap_orphans(child);
  }
}

/// Frees every descriptor but two: a pipe or a lock that stayed open here would outlive plim.
void keep_only(int one, int other) {
  const auto low = static_cast<unsigned>(std::min(one, other));
  const auto high = static_cast<unsigned>(std::max(one, other));
  if (low > 0) ::syscall(SYS_close_range, 0U, low - 1, 0U);
  if (high > low + 1) ::syscall(SYS_close_range, low + 1, high - 1, 0U);
  ::syscall(SYS_close_range, high + 1, ~0U, 0U);
}

[[noreturn]] void supervise(int lifeline, int report, void (*child)(const void*),
                            const void* argument) {
  ::setsid();  // out of reach of Ctrl-C and of a kill of plim's group
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  ::signal(SIGCHLD,
           SIG_DFL);  // ignored, as plim may have inherited it, no child could be waited for
  const pid_t self = ::getpid();
  const pid_t pid = ::_Fork();
  if (pid == 0) {
    if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || ::getppid() != self) ::_exit(127);
    child(argument);
    ::_exit(127);
  }
  keep_only(lifeline, report);
  const auto told = ::write(report, &pid, sizeof pid);
  if (pid < 0 || told != sizeof pid) ::_exit(1);
  wait_for_end_of(lifeline, pid);
  const auto ended = kill_all(pid);
  [[maybe_unused]] const auto written = ::write(report, &ended, sizeof ended);
  ::_exit(0);
}

/// Reads one `T` from a pipe; false when its writer is gone or `limit` passes.
template <class T>
bool receive(int fd, T& value, int limit_ms) {
  pollfd waiting{fd, POLLIN, 0};
  int ready = 0;
  do {
    ready = ::poll(&waiting, 1, limit_ms);
  } while (ready < 0 && errno == EINTR);
  return ready > 0 && ::read(fd, &value, sizeof value) == sizeof value;
}

}  // namespace

Supervisor::Supervisor(pid_t pid, UniqueFd lifeline, UniqueFd report)
    : pid_(pid), lifeline_(std::move(lifeline)), report_(std::move(report)) {}

Result<Supervisor> Supervisor::start(void (*child)(const void*), const void* argument) {
  auto lifeline = TRY(open_pipe());
  auto report = TRY(open_pipe());
  const pid_t pid = ::fork();
  if (pid == 0) supervise(lifeline.read.get(), report.write.get(), child, argument);
  if (pid < 0) return fail_errno("starting a process: fork");
  lifeline.read.reset();
  report.write.reset();
  Supervisor supervisor(pid, std::move(lifeline.write), std::move(report.read));
  if (receive(supervisor.report_.get(), supervisor.child_, -1) && supervisor.child_ > 0) {
    return supervisor;
  }
  ::waitpid(pid, nullptr, 0);
  return fail(Errc::capacity, "starting a process: the system has none left");
}

std::optional<ExitStatus> Supervisor::release(std::chrono::milliseconds limit) {
  lifeline_.reset();
  ExitStatus ended;
  const bool told = receive(report_.get(), ended, static_cast<int>(limit.count()));
  // It ends right after its last word. One stuck in the kernel with its child is left to init.
  pollfd gone{report_.get(), POLLIN, 0};
  if (told || ::poll(&gone, 1, 0) > 0) ::waitpid(pid_, nullptr, 0);
  if (!told) return std::nullopt;
  return ended;
}

}  // namespace plim::sys
