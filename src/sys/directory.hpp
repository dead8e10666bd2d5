#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "sys/unique_fd.hpp"

namespace plim::sys {

enum class FileKind { regular, directory, symlink, other };

struct FileStat {
  FileKind kind = FileKind::other;
  std::uint64_t size = 0;
  std::uint64_t inode = 0;
  std::int64_t mtime_ns = 0;
  std::int64_t ctime_ns = 0;
  std::uint32_t mode = 0;  ///< Permission bits only, 07777.

  friend bool operator==(const FileStat&, const FileStat&) = default;
};

/// A file's bytes, and what it was at the moment they were read.
struct FileContent {
  std::string bytes;
  FileStat stat;
};

struct DirectoryEntry {
  std::string name;
  FileKind kind = FileKind::other;
  std::optional<FileStat> stat;  ///< Only of regular files, when asked for and allowed.

  friend bool operator==(const DirectoryEntry&, const DirectoryEntry&) = default;
};

/// A directory held open by descriptor, and everything beneath it.
///
/// Paths are relative, '/'-separated, "." for the directory itself. The kernel keeps every
/// operation beneath the held directory (openat2, RESOLVE_BENEATH), whatever is renamed or
/// linked meanwhile. Changing operations follow no symbolic link at all; reading ones follow
/// those that stay beneath. Special files (FIFO, socket, device) are never opened.
///
/// Errors of every operation: not_found; denied for permissions, for a path that leaves the
/// directory or meets a symbolic link it may not follow; capacity for a full disk; io.
class Directory {
 public:
  /// Opens an existing directory; symbolic links in `path` are followed, once, here.
  [[nodiscard]] static Result<Directory> open(const std::filesystem::path& path);

  /// Opens `path`, first making what is missing of it, readable by nobody else (0700).
  [[nodiscard]] static Result<Directory> open_private(const std::filesystem::path& path);

  /// Where it was when opened, canonical. For messages and for handing to children.
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] int fd() const { return fd_.get(); }

  [[nodiscard]] Result<Directory> subdirectory(const std::string& path) const;

  /// Of the entry itself: a symbolic link is reported as one.
  [[nodiscard]] Result<FileStat> stat(const std::string& path) const;
  /// Where `path` really is, symbolic links resolved, relative to this directory.
  [[nodiscard]] Result<std::string> real_path(const std::string& path) const;
  /// A whole regular file. Errors: also invalid for what is not one; capacity above `max_bytes`.
  [[nodiscard]] Result<FileContent> read(const std::string& path, std::uint64_t max_bytes) const;
  /// Sorted by name, without "." and "..".
  [[nodiscard]] Result<std::vector<DirectoryEntry>> entries(const std::string& path,
                                                            bool with_stat = false) const;

  /// Makes a new file, whole or not at all, durable on return.
  /// Errors: also conflict when anything is there already.
  Result<FileStat> create(const std::string& path, std::string_view bytes,
                          std::uint32_t mode) const;
  /// Replaces a regular file's bytes, whole or not at all, durable on return. Permission bits
  /// (or `mode` instead), and as far as allowed owner and extended attributes, are kept; a file
  /// with several hard links is split from the others, as git does it.
  /// Errors: also conflict when the file is no longer `expected`.
  Result<FileStat> replace(const std::string& path, std::string_view bytes,
                           const FileStat& expected, std::optional<std::uint32_t> mode = {}) const;
  Result<void> set_mode(const std::string& path, std::uint32_t mode) const;
  /// Removes a file or a symbolic link (not its target).
  Result<void> remove(const std::string& path) const;
  Result<void> remove_empty_directory(const std::string& path) const;
  /// Makes the missing directories of `path`; returns those it made, outermost first.
  Result<std::vector<std::string>> make_directories(const std::string& path,
                                                    std::uint32_t mode) const;

 private:
  Directory(UniqueFd fd, std::filesystem::path path) : fd_(std::move(fd)), path_(std::move(path)) {}

  UniqueFd fd_;
  std::filesystem::path path_;
};

/// Whether `name` is the temporary name of an interrupted create or replace.
[[nodiscard]] bool is_temporary_name(std::string_view name);

}  // namespace plim::sys
