#include "sys/directory.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <memory>

#include <sys/stat.h>

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include "sys/beneath.hpp"

namespace plim::sys {
namespace {

Result<FileStat> stat_of(int fd, const std::string& path) {
  struct stat status{};
  if (::fstat(fd, &status) != 0) return fail_path("looking at", path);
  return to_file_stat(status);
}

// Where the kernel says a descriptor is. Needs /proc, as a running Linux system has it.
Result<std::string> link_of(int fd) {
  std::array<char, PATH_MAX> buffer{};
  const std::string link = std::format("/proc/self/fd/{}", fd);
  const auto length = ::readlink(link.c_str(), buffer.data(), buffer.size());
  if (length < 0) return fail_errno("reading {}", link);
  return std::string(buffer.data(), static_cast<std::size_t>(length));
}

std::optional<FileStat> stat_in(int directory, const dirent& entry) {
  struct stat status{};
  if (::fstatat(directory, entry.d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) return std::nullopt;
  return to_file_stat(status);
}

FileKind kind_of(int directory, const dirent& entry) {
  switch (entry.d_type) {
    case DT_REG:
      return FileKind::regular;
    case DT_DIR:
      return FileKind::directory;
    case DT_LNK:
      return FileKind::symlink;
    case DT_UNKNOWN:
      break;  // some file systems do not say
    default:
      return FileKind::other;
  }
  const auto stat = stat_in(directory, entry);
  return stat ? stat->kind : FileKind::other;
}

}  // namespace

Result<Directory> Directory::open(const std::filesystem::path& path) {
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd) return fail_errno("opening folder {}", path.string());
  std::error_code error;
  auto canonical = std::filesystem::canonical(path, error);
  if (error) return fail_errno(error.value(), "resolving {}", path.string());
  return Directory(std::move(fd), std::move(canonical));
}

Result<Directory> Directory::open_private(const std::filesystem::path& path) {
  std::filesystem::path made;
  for (const auto& part : path) {
    made /= part;
    if (::mkdir(made.c_str(), 0700) != 0 && errno != EEXIST && errno != EROFS && errno != EACCES) {
      return fail_errno("making folder {}", made.string());
    }
  }
  return open(path);
}

Result<Directory> Directory::subdirectory(const std::string& path) const {
  auto fd = open_beneath(fd_.get(), path, O_RDONLY | O_DIRECTORY, Links::refuse);
  if (!fd) return fail_path("opening folder", path);
  return Directory(std::move(fd), path_ / path);
}

Result<FileStat> Directory::stat(const std::string& path) const {
  if (path == ".") return stat_of(fd_.get(), path);
  const auto place = TRY(place_of(fd_.get(), path));
  struct stat status{};
  if (::fstatat(place.directory.get(), place.name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
    return fail_path("looking at", path);
  }
  return to_file_stat(status);
}

Result<std::string> Directory::real_path(const std::string& path) const {
  const auto fd = open_beneath(fd_.get(), path, O_PATH, Links::follow_beneath);
  if (!fd) return fail_path("resolving", path);
  const auto root = TRY(link_of(fd_.get()));
  const auto full = TRY(link_of(fd.get()));
  if (full == root) return ".";
  const std::string prefix = root == "/" ? root : root + "/";
  if (!full.starts_with(prefix)) return fail(Errc::io, "{} was moved meanwhile", path);
  return full.substr(prefix.size());
}

Result<FileContent> Directory::read(const std::string& path, std::uint64_t max_bytes) const {
  // Looked at before it is opened: opening a device can have effects, a FIFO can block.
  const auto handle = open_beneath(fd_.get(), path, O_PATH, Links::follow_beneath);
  if (!handle) return fail_path("opening", path);
  const auto seen = TRY(stat_of(handle.get(), path));
  if (seen.kind == FileKind::directory) return fail(Errc::invalid, "{} is a folder", path);
  if (seen.kind != FileKind::regular) return fail(Errc::invalid, "{} is no regular file", path);

  const auto fd =
      open_beneath(fd_.get(), path, O_RDONLY | O_NONBLOCK | O_NOCTTY, Links::follow_beneath);
  if (!fd) return fail_path("opening", path);
  FileContent content{.bytes = {}, .stat = TRY(stat_of(fd.get(), path))};
  if (content.stat.kind != FileKind::regular) return fail(Errc::conflict, "{} changed", path);
  if (content.stat.size <= max_bytes) content.bytes.reserve(content.stat.size);
  const bool too_large = content.stat.size > max_bytes;
  if (!too_large && !read_until(fd.get(), content.bytes, max_bytes + 1)) {
    return fail_path("reading", path);
  }
  if (too_large || content.bytes.size() > max_bytes) {
    return fail(Errc::capacity, "{} has {} bytes, more than {}", path, content.stat.size,
                max_bytes);
  }
  return content;
}

Result<std::vector<DirectoryEntry>> Directory::entries(const std::string& path,
                                                       bool with_stat) const {
  auto fd = open_beneath(fd_.get(), path, O_RDONLY | O_DIRECTORY, Links::refuse);
  if (!fd) return fail_path("listing", path);
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(::fdopendir(fd.get()), &::closedir);
  if (!stream) return fail_path("listing", path);
  const int handle = fd.release();  // the stream owns it now
  std::vector<DirectoryEntry> entries;
  errno = 0;
  while (const dirent* entry = ::readdir(stream.get())) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") {
      auto& added = entries.emplace_back(std::string(name), kind_of(handle, *entry), std::nullopt);
      if (with_stat && added.kind == FileKind::regular) added.stat = stat_in(handle, *entry);
    }
    errno = 0;
  }
  if (errno != 0) return fail_path("listing", path);
  std::ranges::sort(entries, {}, &DirectoryEntry::name);
  return entries;
}

Result<void> Directory::set_mode(const std::string& path, std::uint32_t mode) const {
  const auto place = TRY(place_of(fd_.get(), path));
  if (::fchmodat(place.directory.get(), place.name.c_str(), mode, AT_SYMLINK_NOFOLLOW) != 0) {
    return fail_path("changing the mode of", path);
  }
  return {};
}

Result<void> Directory::remove(const std::string& path) const {
  const auto place = TRY(place_of(fd_.get(), path));
  if (::unlinkat(place.directory.get(), place.name.c_str(), 0) != 0) {
    return fail_path("removing", path);
  }
  if (!sync_fd(place.directory.get())) return fail_path("syncing the folder of", path);
  return {};
}

Result<void> Directory::remove_empty_directory(const std::string& path) const {
  const auto place = TRY(place_of(fd_.get(), path));
  if (::unlinkat(place.directory.get(), place.name.c_str(), AT_REMOVEDIR) != 0) {
    return fail_path("removing folder", path);
  }
  return {};
}

Result<std::vector<std::string>> Directory::make_directories(const std::string& path,
                                                             std::uint32_t mode) const {
  std::vector<std::string> made;
  if (path == ".") return made;
  for (std::size_t end = 0; end != std::string::npos;) {
    end = path.find('/', end == 0 ? 0 : end + 1);
    const std::string prefix = path.substr(0, end);
    const auto place = TRY(place_of(fd_.get(), prefix));
    if (::mkdirat(place.directory.get(), place.name.c_str(), mode) == 0) {
      if (!sync_fd(place.directory.get())) return fail_path("syncing the folder of", prefix);
      made.push_back(prefix);
    } else if (errno != EEXIST) {
      return fail_path("making folder", prefix);
    }
  }
  return made;
}

}  // namespace plim::sys
