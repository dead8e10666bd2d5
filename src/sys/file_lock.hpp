#pragma once

#include <string>

#include "base/error.hpp"
#include "sys/directory.hpp"
#include "sys/unique_fd.hpp"

namespace plim::sys {

/// An exclusive lock between processes, held until destroyed; the kernel lets go of it when
/// the holder dies, so there is no stale one. The lock file names its holder and stays.
class FileLock {
 public:
  /// Errors: conflict when held, naming the holder's process id; as Directory.
  [[nodiscard]] static Result<FileLock> try_acquire(const Directory& directory,
                                                    const std::string& path);
  /// Waits for it. For locks that are held for milliseconds only.
  [[nodiscard]] static Result<FileLock> acquire(const Directory& directory,
                                                const std::string& path);

 private:
  explicit FileLock(UniqueFd fd) : fd_(std::move(fd)) {}

  UniqueFd fd_;
};

}  // namespace plim::sys
