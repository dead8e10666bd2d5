#include "sys/pipe.hpp"

#include <array>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "sys/errno.hpp"

namespace plim::sys {

Result<UniqueFd> above_stdio(UniqueFd fd) {
  if (fd.get() > STDERR_FILENO) return fd;
  UniqueFd moved(::fcntl(fd.get(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
  if (!moved) return fail_errno("moving a descriptor");
  return moved;
}

Result<Pipe> open_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return fail_errno("opening a pipe");
  UniqueFd read(ends[0]);
  UniqueFd write(ends[1]);
  read = TRY(above_stdio(std::move(read)));
  write = TRY(above_stdio(std::move(write)));
  return Pipe{std::move(read), std::move(write)};
}

}  // namespace plim::sys
