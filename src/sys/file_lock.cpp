#include "sys/file_lock.hpp"

#include <cerrno>

#include <sys/file.h>

#include <fcntl.h>
#include <unistd.h>

#include "sys/beneath.hpp"

namespace plim::sys {
namespace {

Result<UniqueFd> lock(const Directory& directory, const std::string& path, int operation) {
  auto fd = open_beneath(directory.fd(), path, O_RDWR | O_CREAT | O_NONBLOCK, Links::refuse, 0600);
  if (!fd) return fail_path("opening lock", path);
  int result = 0;
  do result = ::flock(fd.get(), operation);
  while (result != 0 && errno == EINTR);
  if (result == 0) {
    const std::string holder = std::format("{}\n", ::getpid());
    // The name is a courtesy to whoever finds it locked; without it the lock still holds.
    if (::ftruncate(fd.get(), 0) == 0) static_cast<void>(write_all(fd.get(), holder));
    return fd;
  }
  if (errno != EWOULDBLOCK) return fail_path("locking", path);
  std::string holder;
  if (!read_until(fd.get(), holder, 32)) holder.clear();
  holder = holder.substr(0, holder.find('\n'));
  return fail(Errc::conflict, "{} is in use by process {}", path,
              holder.empty() ? "unknown" : holder);
}

}  // namespace

Result<FileLock> FileLock::try_acquire(const Directory& directory, const std::string& path) {
  return FileLock(TRY(lock(directory, path, LOCK_EX | LOCK_NB)));
}

Result<FileLock> FileLock::acquire(const Directory& directory, const std::string& path) {
  return FileLock(TRY(lock(directory, path, LOCK_EX)));
}

}  // namespace plim::sys
