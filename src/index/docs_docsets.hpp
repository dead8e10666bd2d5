#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "index/docs_find.hpp"

namespace plim::index {

/// Looks a name up in the docsets (of Dash or Zeal) that lie in `folders`: exact names, then those
/// that end in it ("Vec::push" for "push"). `package` empty: all docsets; else those of that name.
/// A docset that is damaged, or whose paths lead out of it, says nothing. Source:
/// kapeli.com/docsets, "Docset Generation Guide": Contents/Resources/docSet.dsidx.
[[nodiscard]] std::vector<DocAnswer> find_in_docsets(const std::string& name,
                                                     const std::string& package,
                                                     std::span<const std::filesystem::path> folders,
                                                     std::size_t limit);

}  // namespace plim::index
