#pragma once

#include <algorithm>
#include <array>
#include <string_view>

// Inside index only: parts of a project's paths, which have '/' between them.
namespace plim::index {

/// "a/b" of "a/b/c.py"; empty for what lies in the root.
[[nodiscard]] inline std::string_view folder_of(std::string_view path) {
  const auto slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

/// "c.py" of "a/b/c.py".
[[nodiscard]] inline std::string_view name_of(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

/// Whether a file of this name, without its extension, is imported by its folder's name.
[[nodiscard]] inline bool stands_for_folder(std::string_view name) {
  constexpr auto names =
      std::to_array<std::string_view>({"__init__", "index", "init", "lib", "mod"});
  return std::ranges::contains(names, name);
}

}  // namespace plim::index
