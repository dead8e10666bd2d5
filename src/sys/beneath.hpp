#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <sys/stat.h>
#include <sys/types.h>

#include "base/error.hpp"
#include "sys/directory.hpp"
#include "sys/errno.hpp"
#include "sys/unique_fd.hpp"

// Inside sys only: opening what lies beneath a directory, and moving whole buffers.
namespace plim::sys {

enum class Links { refuse, follow_beneath };

/// Opens `path` beneath `directory`, or nothing with errno set. `flags` are open's;
/// close-on-exec is always on. Linux 5.6 or later: openat2.
[[nodiscard]] UniqueFd open_beneath(int directory, const std::string& path, int flags, Links links,
                                    mode_t mode = 0);

/// The directory that holds an entry, and the entry's name in it.
struct Place {
  UniqueFd directory;
  std::string name;
};

/// Opens the directory that `path` names an entry of; meets no symbolic link.
[[nodiscard]] Result<Place> place_of(int directory, const std::string& path);

/// Turns errno into an Error about `path`, with links and escapes said in plain words.
[[nodiscard]] std::unexpected<Error> fail_path(std::string_view step, const std::string& path);

[[nodiscard]] FileStat to_file_stat(const struct stat& status);

/// Writes all of `bytes` or returns false with errno set.
bool write_all(int fd, std::string_view bytes);

/// Appends to `out` what can be read from `fd` at its position until its end, or until `out`
/// holds `limit` bytes. False with errno set.
bool read_until(int fd, std::string& out, std::uint64_t limit);

/// fsync; file systems that cannot sync a directory are forgiven.
bool sync_fd(int fd);

}  // namespace plim::sys
