#pragma once

#include <filesystem>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "base/error.hpp"

namespace plim::index {

/// The files that each commit changed, newest first: those commits that changed one of `files`.
/// Merges are left out. At most 300 commits and two seconds; what was found by then, none without
/// git or a repository. Errors: cancelled.
[[nodiscard]] Result<std::vector<std::vector<std::string>>> commits_with(
    const std::filesystem::path& root, const std::string& program_path,
    std::span<const std::string> files, std::stop_token stop);

}  // namespace plim::index
