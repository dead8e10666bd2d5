// What git knows of a project's past. Asked so that no setting of the repository's names a program
// and nothing is fetched; without git, or a repository, there is no past.
#pragma once

#include <filesystem>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "base/error.hpp"

namespace plim::index {

struct Commit {
  std::string message;             ///< May be left out: see who asked.
  std::vector<std::string> files;  ///< That it changed, relative to the folder asked about.
};

/// The commits that changed one of `files`, newest first, without their messages, with all files of
/// each. Merges are left out. At most 300 commits and two seconds; what was found by then.
/// Errors: cancelled.
[[nodiscard]] Result<std::vector<Commit>> commits_with(const std::filesystem::path& root,
                                                       const std::string& program_path,
                                                       std::span<const std::string> files,
                                                       std::stop_token stop);

/// The newest commits that are no merges. At most 1,000, 8 MiB and two seconds; what was found by
/// then. Errors: cancelled.
[[nodiscard]] Result<std::vector<Commit>> newest_commits(const std::filesystem::path& root,
                                                         const std::string& program_path,
                                                         std::stop_token stop);

/// The commit that is checked out, in hexadecimal digits; empty for none. Errors: cancelled.
[[nodiscard]] Result<std::string> current_commit(const std::filesystem::path& root,
                                                 const std::string& program_path,
                                                 std::stop_token stop);

}  // namespace plim::index
