#include "sys/socket.hpp"

#include <sys/socket.h>

#include <fcntl.h>

namespace plim::sys {

void SocketCutter::watch(int fd) {
  const std::scoped_lock lock(mutex_);
  copy_.reset(::fcntl(fd, F_DUPFD_CLOEXEC, 0));
}

void SocketCutter::cut() {
  const std::scoped_lock lock(mutex_);
  // Acts on the connection, not the number: whoever waits on the original wakes up too.
  if (copy_) ::shutdown(copy_.get(), SHUT_RDWR);
}

}  // namespace plim::sys
