#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "sys/directory.hpp"

namespace plim::workspace {

struct WalkLimits {
  std::size_t max_files = 20'000;
  std::size_t max_entries = 200'000;  ///< Names looked at, ignored ones too.
  std::size_t max_depth = 40;         ///< Folders inside folders.
};

struct WalkEnd {
  bool cut = false;                 ///< A limit was reached: there is more.
  std::size_t unreadable = 0;       ///< Folders that could not be read, and were passed over.
  std::vector<std::string> drafts;  ///< Temporary names of our own writes, which a kill may leave.

  friend bool operator==(const WalkEnd&, const WalkEnd&) = default;
};

/// Calls `visit` for each regular file beneath `under` ("." for all) in byte order of paths,
/// until it returns false. Left out: `.git`, what .gitignore, .ignore and .git/info/exclude
/// ignore, symbolic links, special files. Never follows a link, so it never loops.
/// Errors: not_found, denied when `under` itself cannot be read.
Result<WalkEnd> walk(const sys::Directory& root, const std::string& under, const WalkLimits& limits,
                     const std::function<bool(const std::string& path)>& visit);

/// The same for who needs each file's metadata: `stat` is null where it may not be looked at.
Result<WalkEnd> walk_with_stat(
    const sys::Directory& root, const std::string& under, const WalkLimits& limits,
    const std::function<bool(const std::string& path, const sys::FileStat* stat)>& visit);

}  // namespace plim::workspace
