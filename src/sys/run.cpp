#include <algorithm>
#include <array>
#include <cerrno>
#include <span>
#include <string_view>

#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "sys/process.hpp"
#include "sys/stop_event.hpp"

namespace plim::sys {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

/// How long output may come after the end of the child and of all it started. They let go of the
/// pipe as they die; only one that is stuck inside the kernel makes this wait.
constexpr milliseconds longest_echo{500};

/// Keeps the first and the last bytes of an endless text.
class Capture {
 public:
  explicit Capture(const RunLimits& limits) : limits_(limits) {}

  void add(std::string_view text) {
    const auto to_head = std::min(text.size(), limits_.head_bytes - result_.head.size());
    result_.head.append(text.substr(0, to_head));
    text.remove_prefix(to_head);
    result_.tail.append(text);
    // Cutting at twice the size moves each byte once on average.
    if (result_.tail.size() > 2 * limits_.tail_bytes) trim();
  }

  RunResult finish(ExitStatus status, bool timed_out) {
    trim();
    result_.status = status;
    result_.timed_out = timed_out;
    return std::move(result_);
  }

 private:
  void trim() {
    if (result_.tail.size() <= limits_.tail_bytes) return;
    const auto surplus = result_.tail.size() - limits_.tail_bytes;
    result_.tail.erase(0, surplus);
    result_.dropped_bytes += surplus;
  }

  RunLimits limits_;
  RunResult result_;
};

enum class Drained { more_may_come, ended };

/// Takes what is there, up to a slice, so that a flood cannot starve the deadline.
Drained drain(int fd, Capture& capture) {
  std::array<char, 64U << 10U> buffer;
  for (int slice = 0; slice < 16; ++slice) {
    const auto got = ::read(fd, buffer.data(), buffer.size());
    if (got > 0) {
      capture.add({buffer.data(), static_cast<std::size_t>(got)});
    } else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
      return Drained::ended;
    } else {
      return Drained::more_may_come;
    }
  }
  return Drained::more_may_come;
}

/// Waits for output, the end of the child or a stop, at most until `deadline`.
void wait_for_any(std::span<pollfd> fds, const StopEvent& stopped, Clock::time_point deadline) {
  const auto left = std::chrono::ceil<milliseconds>(deadline - Clock::now()).count();
  const auto timeout = static_cast<int>(std::clamp<milliseconds::rep>(left, 0, 60'000));
  ::poll(fds.data(), fds.size(), stopped.slice_ms(timeout));
}

void drain_rest(int fd, Capture& capture) {
  const auto deadline = Clock::now() + longest_echo;
  const StopEvent never({});
  while (drain(fd, capture) == Drained::more_may_come && Clock::now() < deadline) {
    std::array<pollfd, 1> fds{{{fd, POLLIN, 0}}};
    wait_for_any(fds, never, deadline);
  }
}

}  // namespace

Result<RunResult> collect(Process process, const RunLimits& limits, std::stop_token stop) {
  Capture capture(limits);
  const StopEvent stopped(stop);
  const auto deadline =
      Clock::now() + std::min<milliseconds>(limits.timeout, std::chrono::hours(8760));
  int output = process.output();
  while (!stopped.requested() && Clock::now() < deadline) {
    std::array<pollfd, 3> fds{
        {{output, POLLIN, 0}, {process.pidfd(), POLLIN, 0}, {stopped.fd(), POLLIN, 0}}};
    wait_for_any(fds, stopped, deadline);
    if (output >= 0 && fds[0].revents != 0 && drain(output, capture) == Drained::ended) {
      output = -1;  // closed early by a child that lives on
    }
    if (fds[1].revents != 0) break;
  }
  const bool cancelled = stopped.requested();
  const auto finished = process.wait(milliseconds(0));
  const auto status = finished ? *finished : process.terminate(milliseconds(0));
  if (output >= 0) drain_rest(output, capture);
  if (cancelled && !finished) return fail(Errc::cancelled, "the command was stopped");
  return capture.finish(status, !finished);
}

Result<RunResult> run(const Command& command, const RunLimits& limits, std::stop_token stop) {
  if (stop.stop_requested()) return fail(Errc::cancelled, "the command was stopped");
  return collect(TRY(Process::spawn(command)), limits, std::move(stop));
}

}  // namespace plim::sys
