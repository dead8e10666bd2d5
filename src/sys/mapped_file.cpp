#include "sys/mapped_file.hpp"

#include <utility>

#include <sys/mman.h>
#include <sys/stat.h>

#include <fcntl.h>

#include "sys/beneath.hpp"

namespace plim::sys {

Result<MappedFile> MappedFile::open(const Directory& directory, const std::string& path) {
  const auto fd =
      open_beneath(directory.fd(), path, O_RDONLY | O_NONBLOCK | O_NOCTTY, Links::refuse);
  if (!fd) return fail_path("opening", path);
  struct stat status{};
  if (::fstat(fd.get(), &status) != 0) return fail_path("looking at", path);
  if (!S_ISREG(status.st_mode)) return fail(Errc::invalid, "{} is no regular file", path);
  const auto size = static_cast<std::size_t>(status.st_size);
  if (size == 0) return MappedFile(nullptr, 0);
  const void* const data = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd.get(), 0);
  if (data == MAP_FAILED) return fail_path("mapping", path);
  return MappedFile(static_cast<const char*>(data), size);
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) ::munmap(const_cast<char*>(data_), size_);
}

}  // namespace plim::sys
