// Directory::create and replace, put_file: a file's bytes change whole or not at all.
#include <cerrno>
#include <cstdio>
#include <random>
#include <vector>

#include <sys/stat.h>
#include <sys/xattr.h>

#include <fcntl.h>
#include <unistd.h>

#include "sys/beneath.hpp"
#include "sys/directory.hpp"
#include "sys/put_file.hpp"

namespace plim::sys {
namespace {

constexpr std::string_view temporary_prefix = ".plim-tmp-";

std::string temporary_name() {
  std::random_device random;
  return std::format("{}{:08x}{:08x}", temporary_prefix, random(), random());
}

// A new file in `directory` that nobody sees until it is published. Without a name where the
// file system can do that (O_TMPFILE), so that a crash leaves nothing behind.
class Draft {
 public:
  Draft(int directory, mode_t mode) : directory_(directory) {
    fd_ = UniqueFd(::openat(directory, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, mode));
    if (fd_) return;
    name_ = temporary_name();
    fd_ = UniqueFd(::openat(directory, name_.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, mode));
    if (!fd_) name_.clear();
  }
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;
  ~Draft() {
    if (!name_.empty()) ::unlinkat(directory_, name_.c_str(), 0);
  }

  [[nodiscard]] int fd() const { return fd_.get(); }
  [[nodiscard]] explicit operator bool() const { return static_cast<bool>(fd_); }

  /// Reserves the room first, so that a full disk is found before a byte is written.
  bool fill(std::string_view bytes) {
    const auto size = static_cast<off_t>(bytes.size());
    if (size > 0 && ::fallocate(fd_.get(), 0, 0, size) != 0 && errno != EOPNOTSUPP) return false;
    return write_all(fd_.get(), bytes);
  }

  bool publish_new(const std::string& name) {
    if (name_.empty()) return link_as(name);
    if (::renameat2(directory_, name_.c_str(), directory_, name.c_str(), RENAME_NOREPLACE) != 0) {
      return false;
    }
    name_.clear();
    return true;
  }

  bool publish_over(const std::string& name) {
    if (name_.empty()) {
      std::string temporary = temporary_name();
      if (!link_as(temporary)) return false;
      name_ = std::move(temporary);
    }
    if (::renameat(directory_, name_.c_str(), directory_, name.c_str()) != 0) return false;
    name_.clear();
    return true;
  }

 private:
  bool link_as(const std::string& name) {
    const std::string self = std::format("/proc/self/fd/{}", fd_.get());
    return ::linkat(AT_FDCWD, self.c_str(), directory_, name.c_str(), AT_SYMLINK_FOLLOW) == 0;
  }

  int directory_;
  UniqueFd fd_;
  std::string name_;
};

// Best effort: a label or an access list that we may not set is left to the system's default.
void copy_attributes(int from, int to) {
  std::vector<char> names(1U << 16U);
  const auto length = ::flistxattr(from, names.data(), names.size());
  if (length <= 0) return;
  std::vector<char> value(1U << 16U);
  const std::string_view list(names.data(), static_cast<std::size_t>(length));
  for (std::size_t start = 0; start < list.size();) {
    const std::string name(list.substr(start, list.find('\0', start) - start));
    const auto size = ::fgetxattr(from, name.c_str(), value.data(), value.size());
    if (size >= 0) ::fsetxattr(to, name.c_str(), value.data(), static_cast<std::size_t>(size), 0);
    start += name.size() + 1;
  }
}

bool copy_ownership(const struct stat& from, int to) {
  struct stat now{};
  if (::fstat(to, &now) != 0) return false;
  if (now.st_uid == from.st_uid && now.st_gid == from.st_gid) return true;
  // Only root may give files away; a group we are in we may keep.
  if (::fchown(to, from.st_uid, from.st_gid) == 0) return true;
  return ::fchown(to, static_cast<uid_t>(-1), from.st_gid) == 0 || errno == EPERM;
}

bool is_still(const FileStat& expected, const struct stat& status) {
  const FileStat now = to_file_stat(status);
  return now.kind == FileKind::regular && now.inode == expected.inode &&
         now.size == expected.size && now.mtime_ns == expected.mtime_ns;
}

Result<struct stat> stat_if_still(const Place& place, const FileStat& expected,
                                  const std::string& path) {
  struct stat status{};
  const bool there =
      ::fstatat(place.directory.get(), place.name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0;
  if (!there && errno != ENOENT) return fail_path("looking at", path);
  if (!there || !is_still(expected, status)) {
    return fail(Errc::conflict, "{} was changed meanwhile", path);
  }
  return status;
}

}  // namespace

Result<FileStat> Directory::create(const std::string& path, std::string_view bytes,
                                   std::uint32_t mode) const {
  const auto place = TRY(place_of(fd_.get(), path));
  Draft draft(place.directory.get(), mode);
  if (!draft) return fail_path("making", path);
  if (!draft.fill(bytes) || ::fsync(draft.fd()) != 0) return fail_path("writing", path);
  if (!draft.publish_new(place.name)) {
    if (errno == EEXIST) return fail(Errc::conflict, "{} exists already", path);
    return fail_path("making", path);
  }
  if (!sync_fd(place.directory.get())) return fail_path("syncing the folder of", path);
  struct stat status{};
  if (::fstat(draft.fd(), &status) != 0) return fail_path("looking at", path);
  return to_file_stat(status);
}

Result<FileStat> Directory::replace(const std::string& path, std::string_view bytes,
                                    const FileStat& expected,
                                    std::optional<std::uint32_t> mode) const {
  const auto place = TRY(place_of(fd_.get(), path));
  const auto old = TRY(stat_if_still(place, expected, path));
  Draft draft(place.directory.get(), 0600);
  if (!draft || !draft.fill(bytes)) return fail_path("writing", path);

  const UniqueFd source(::openat(place.directory.get(), place.name.c_str(),
                                 O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (source) copy_attributes(source.get(), draft.fd());
  // The mode comes last: a change of owner clears set-user-id bits.
  if (!copy_ownership(old, draft.fd()) ||
      ::fchmod(draft.fd(), mode.value_or(old.st_mode & 07777U)) != 0 || ::fsync(draft.fd()) != 0) {
    return fail_path("writing", path);
  }
  TRY(stat_if_still(place, expected, path));
  if (!draft.publish_over(place.name)) return fail_path("replacing", path);
  if (!sync_fd(place.directory.get())) return fail_path("syncing the folder of", path);
  struct stat status{};
  if (::fstat(draft.fd(), &status) != 0) return fail_path("looking at", path);
  return to_file_stat(status);
}

Result<void> put_file(const Directory& directory, const std::string& path, std::string_view bytes,
                      std::uint32_t mode) {
  const auto place = TRY(place_of(directory.fd(), path));
  Draft draft(place.directory.get(), mode);
  if (!draft || !draft.fill(bytes)) return fail_path("writing", path);
  if (!draft.publish_over(place.name)) return fail_path("replacing", path);
  return {};
}

bool is_temporary_name(std::string_view name) { return name.starts_with(temporary_prefix); }

}  // namespace plim::sys
