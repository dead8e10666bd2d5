#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace plim::workspace {

/// Whether one path component matches a shell pattern: * ? [a-z] [!a] [[:alpha:]] and \x.
/// Time is at most the product of both lengths. Source: gitignore(5), fnmatch(3).
[[nodiscard]] bool glob_matches(std::string_view pattern, std::string_view name);

/// The parts of a path or pattern between slashes, empty ones left out.
[[nodiscard]] std::vector<std::string_view> path_parts(std::string_view path);

/// Whether all of `path` matches, part by part; a pattern part "**" stands for any number of
/// parts, at its end for at least one. Source: gitignore(5).
[[nodiscard]] bool path_matches(const std::vector<std::string>& pattern,
                                const std::vector<std::string_view>& path);

}  // namespace plim::workspace
