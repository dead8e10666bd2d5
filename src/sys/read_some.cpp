#include "sys/read_some.hpp"

#include <array>
#include <cerrno>

#include <poll.h>
#include <unistd.h>

#include "sys/errno.hpp"
#include "sys/stop_event.hpp"

namespace plim::sys {

Result<std::size_t> read_some(int fd, std::span<char> buffer, std::stop_token stop) {
  const StopEvent stopped(std::move(stop));
  while (!stopped.requested()) {
    const auto got = ::read(fd, buffer.data(), buffer.size());
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno != EAGAIN && errno != EINTR) return fail_errno("reading");
    std::array<pollfd, 2> fds{{{fd, POLLIN, 0}, {stopped.fd(), POLLIN, 0}}};
    ::poll(fds.data(), fds.size(), stopped.slice_ms(-1));
  }
  return fail(Errc::cancelled, "stopped");
}

}  // namespace plim::sys
