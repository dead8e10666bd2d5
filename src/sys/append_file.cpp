#include "sys/append_file.hpp"

#include <cerrno>

#include <sys/stat.h>

#include <fcntl.h>
#include <unistd.h>

#include "sys/beneath.hpp"

namespace plim::sys {
namespace {

Result<std::string> read_at(int fd, std::uint64_t offset, std::uint64_t length) {
  std::string bytes;
  if (::lseek(fd, static_cast<off_t>(offset), SEEK_SET) < 0 || !read_until(fd, bytes, length)) {
    return fail_errno("reading");
  }
  return bytes;
}

}  // namespace

Result<AppendFile> AppendFile::open(const Directory& directory, const std::string& path) {
  auto fd = open_beneath(directory.fd(), path, O_RDWR | O_CREAT | O_APPEND | O_NONBLOCK,
                         Links::refuse, 0600);
  if (!fd) return fail_path("opening", path);
  struct stat status{};
  if (::fstat(fd.get(), &status) != 0) return fail_path("looking at", path);
  if (!S_ISREG(status.st_mode)) return fail(Errc::invalid, "{} is no regular file", path);
  return AppendFile(std::move(fd));
}

Result<void> AppendFile::append(std::string_view bytes) {
  const auto before = TRY(size());
  ssize_t written = 0;
  do written = ::write(fd_.get(), bytes.data(), bytes.size());
  while (written < 0 && errno == EINTR);
  if (written == static_cast<ssize_t>(bytes.size())) return {};
  const int error = written < 0 ? errno : ENOSPC;
  if (written > 0) TRY(truncate(before));
  return fail_errno(error, "appending {} bytes", bytes.size());
}

Result<void> AppendFile::sync() {
  if (::fdatasync(fd_.get()) != 0) return fail_errno("syncing");
  return {};
}

void AppendFile::start_sync() const {
#ifdef SYNC_FILE_RANGE_WRITE  // Linux's; elsewhere the kernel writes when it likes
  ::sync_file_range(fd_.get(), 0, 0, SYNC_FILE_RANGE_WRITE);
#endif
}

Result<void> AppendFile::truncate(std::uint64_t size) {
  if (::ftruncate(fd_.get(), static_cast<off_t>(size)) != 0) return fail_errno("truncating");
  return {};
}

Result<std::uint64_t> AppendFile::size() const {
  struct stat status{};
  if (::fstat(fd_.get(), &status) != 0) return fail_errno("looking at a file");
  return static_cast<std::uint64_t>(status.st_size);
}

Result<std::string> AppendFile::read(std::uint64_t offset, std::uint64_t length) const {
  return read_at(fd_.get(), offset, length);
}

Result<ScratchFile> ScratchFile::make(const Directory& directory) {
  UniqueFd fd(::openat(directory.fd(), ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  if (fd) return ScratchFile(std::move(fd));
  // A file system without O_TMPFILE: make it, and take its name away at once.
  std::string name = (directory.path() / ".plim-tmp-XXXXXX").string();
  fd = UniqueFd(::mkostemp(name.data(), O_CLOEXEC));
  if (!fd || ::unlink(name.c_str()) != 0) return fail_errno("making a temporary file");
  return ScratchFile(std::move(fd));
}

Result<std::uint64_t> ScratchFile::append(std::string_view bytes) {
  const auto offset = size_;
  if (::lseek(fd_.get(), static_cast<off_t>(offset), SEEK_SET) < 0 ||
      !write_all(fd_.get(), bytes)) {
    return fail_errno("writing a temporary file");
  }
  size_ += bytes.size();
  return offset;
}

Result<std::string> ScratchFile::read(std::uint64_t offset, std::uint64_t length) const {
  return read_at(fd_.get(), offset, length);
}

}  // namespace plim::sys
