#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "index/docs_find.hpp"

namespace plim::index {

/// Looks a name up in the system's headers (`folders`, such as /usr/include) that the C and C++
/// files of the project at `root` include, and those that these include: its declaration with the
/// comment above. The version is that of the package as its pkg-config file in `folders`' siblings
/// says. `qualifier`, the name before the last in "vector::push_back", prefers headers named so.
/// Reads at most 600 headers.
[[nodiscard]] std::vector<DocAnswer> find_in_headers(
    const std::string& name, const std::string& qualifier, const std::filesystem::path& root,
    std::span<const std::filesystem::path> folders, std::size_t limit, const std::stop_token& stop);

/// The declaration of `name` in a header's text and the line it begins in, with the comment above;
/// empty when it is only mentioned.
[[nodiscard]] std::pair<std::string, std::size_t> declaration_in(std::string_view text,
                                                                 std::string_view name);

}  // namespace plim::index
