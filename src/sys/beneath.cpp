#include "sys/beneath.hpp"

#include <algorithm>
#include <cerrno>

#include <linux/openat2.h>
#include <sys/syscall.h>

#include <fcntl.h>
#include <unistd.h>

namespace plim::sys {

UniqueFd open_beneath(int directory, const std::string& path, int flags, Links links, mode_t mode) {
  if (path.find('\0') != std::string::npos) {
    errno = EINVAL;
    return {};
  }
  open_how how{};
  how.flags = static_cast<std::uint64_t>(flags) | O_CLOEXEC;
  how.mode = mode;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  if (links == Links::refuse) how.resolve |= RESOLVE_NO_SYMLINKS;
  // EAGAIN: something was renamed while the kernel resolved ".."; EINTR: a slow network file.
  for (int attempt = 0; attempt < 100; ++attempt) {
    const auto fd = ::syscall(SYS_openat2, directory, path.c_str(), &how, sizeof how);
    if (fd >= 0) return UniqueFd(static_cast<int>(fd));
    if (errno != EAGAIN && errno != EINTR) return {};
  }
  return {};
}

Result<Place> place_of(int directory, const std::string& path) {
  const auto slash = path.rfind('/');
  const std::string parent = slash == std::string::npos ? "." : path.substr(0, slash);
  std::string name = slash == std::string::npos ? path : path.substr(slash + 1);
  if (name.empty() || name == "." || name == ".." || parent.empty()) {
    return fail(Errc::invalid, "\"{}\" names no file", path);
  }
  auto fd = open_beneath(directory, parent, O_RDONLY | O_DIRECTORY, Links::refuse);
  if (!fd) return fail_path("opening the folder of", path);
  return Place{.directory = std::move(fd), .name = std::move(name)};
}

std::unexpected<Error> fail_path(std::string_view step, const std::string& path) {
  const int error = errno;
  if (error == ELOOP) {
    return fail(Errc::denied, "{} {}: it is, or lies behind, a symbolic link", step, path);
  }
  if (error == EXDEV) {
    return fail(Errc::denied, "{} {}: it leads outside its root", step, path);
  }
  return fail_errno(error, "{} {}", step, path);
}

FileStat to_file_stat(const struct stat& status) {
  constexpr std::int64_t second = 1'000'000'000;
  const FileKind kind = S_ISREG(status.st_mode)   ? FileKind::regular
                        : S_ISDIR(status.st_mode) ? FileKind::directory
                        : S_ISLNK(status.st_mode) ? FileKind::symlink
                                                  : FileKind::other;
  return {.kind = kind,
          .size = static_cast<std::uint64_t>(status.st_size),
          .inode = status.st_ino,
          .mtime_ns = status.st_mtim.tv_sec * second + status.st_mtim.tv_nsec,
          .ctime_ns = status.st_ctim.tv_sec * second + status.st_ctim.tv_nsec,
          .mode = status.st_mode & 07777U};
}

bool write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

bool read_until(int fd, std::string& out, std::uint64_t limit) {
  constexpr std::uint64_t piece = 1U << 16U;
  while (out.size() < limit) {
    const std::size_t before = out.size();
    const auto wanted = static_cast<std::size_t>(std::min(piece, limit - before));
    ssize_t count = 0;
    out.resize_and_overwrite(before + wanted, [&](char* data, std::size_t) {
      count = ::read(fd, data + before, wanted);
      return before + static_cast<std::size_t>(std::max<ssize_t>(count, 0));
    });
    if (count == 0) return true;
    if (count < 0 && errno != EINTR) return false;
  }
  return true;
}

bool sync_fd(int fd) { return ::fsync(fd) == 0 || errno == EINVAL || errno == EROFS; }

}  // namespace plim::sys
