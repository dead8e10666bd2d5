#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "sys/directory.hpp"
#include "sys/unique_fd.hpp"

namespace plim::sys {

/// A file that only grows; several processes may append to one. One thread.
class AppendFile {
 public:
  /// Makes it (0600) when missing. Errors: as Directory; invalid for no regular file.
  [[nodiscard]] static Result<AppendFile> open(const Directory& directory, const std::string& path);

  /// Appends with one write call. On a short write (disk full) the part is taken back.
  /// Errors: capacity, io.
  Result<void> append(std::string_view bytes);
  /// Returns when all appended bytes are on the disk. After an error do not retry: the kernel
  /// forgets what it failed to write. Source: Rebello et al., ATC 2020.
  Result<void> sync();
  /// Has the kernel start writing appended bytes out; does not wait. For what may miss its last
  /// seconds after a power cut: a crash of this process loses nothing either way.
  void start_sync() const;
  /// Cuts the file to its first `size` bytes.
  Result<void> truncate(std::uint64_t size);

  [[nodiscard]] Result<std::uint64_t> size() const;
  /// Bytes [offset, offset + length), fewer at the end of the file.
  [[nodiscard]] Result<std::string> read(std::uint64_t offset, std::uint64_t length) const;

 private:
  explicit AppendFile(UniqueFd fd) : fd_(std::move(fd)) {}

  UniqueFd fd_;
};

/// A file without a name: gone when closed, and after a crash. One thread.
class ScratchFile {
 public:
  [[nodiscard]] static Result<ScratchFile> make(const Directory& directory);

  /// Returns the offset of the first byte. Errors: capacity, io.
  Result<std::uint64_t> append(std::string_view bytes);
  [[nodiscard]] Result<std::string> read(std::uint64_t offset, std::uint64_t length) const;

 private:
  explicit ScratchFile(UniqueFd fd) : fd_(std::move(fd)) {}

  UniqueFd fd_;
  std::uint64_t size_ = 0;
};

}  // namespace plim::sys
