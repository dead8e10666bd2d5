#include "sys/unique_fd.hpp"

#include <unistd.h>

namespace plim::sys {

void UniqueFd::reset(int fd) {
  if (fd_ >= 0) ::close(fd_);
  fd_ = fd;
}

}  // namespace plim::sys
