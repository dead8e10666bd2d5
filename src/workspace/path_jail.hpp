#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "sys/directory.hpp"

// Inside workspace only: what a model calls a path, made safe to hand to sys::Directory.
namespace plim::workspace {

/// See Workspace::relative. Pure. Errors: invalid, denied.
[[nodiscard]] Result<std::string> tidy_path(const std::filesystem::path& root,
                                            std::string_view path);

/// Whether any part of a tidy path is .git, in any case: some file systems do not tell .GIT
/// from .git.
[[nodiscard]] bool is_inside_git(std::string_view path);

/// Existing files that a wrong path may have meant, best first, at most three: the same name
/// elsewhere, another case, a typing error or two.
[[nodiscard]] std::vector<std::string> near_paths(const sys::Directory& root,
                                                  const std::string& path);

}  // namespace plim::workspace
