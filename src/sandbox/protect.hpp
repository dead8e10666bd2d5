#pragma once

#include <filesystem>
#include <vector>

#include "base/error.hpp"

namespace plim::sandbox {

/// What must hold inside the project so that no command can change a repository's metadata:
/// host-side git would run the hooks and helpers named there, outside the sandbox.
struct Protection {
  /// Bound onto themselves, outermost first: a mount point cannot be renamed away, so its
  /// read-only child cannot be moved aside and replaced.
  std::vector<std::filesystem::path> pinned;
  std::vector<std::filesystem::path> frozen;  ///< Bound read-only.
  std::filesystem::path missing_git;          ///< An empty read-only folder goes here, or empty.
  /// Outside the project: the repository that a linked worktree belongs to.
  std::vector<std::filesystem::path> linked;
};

/// Looks for every `.git` (folder or file) down to four folders deep, as it is now; call it for
/// each command. Looks at 20,000 entries at most, shallow ones first.
/// `project` is absolute without links. Errors: denied when the project's own .git is a link.
[[nodiscard]] Result<Protection> find_protection(const std::filesystem::path& project,
                                                 const std::vector<std::filesystem::path>& frozen);

}  // namespace plim::sandbox
