#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "index/document.hpp"
#include "sys/directory.hpp"

namespace plim::index {

struct SweptFile {
  std::string path;
  Version version;
};

struct Sweep {
  std::vector<SweptFile> files;  ///< In byte order of paths.
  std::size_t unreadable = 0;    ///< Folders and files passed over.
  bool cut = false;              ///< There are more files than `max_files`.
};

/// Looks at the metadata of every file of the project that is not ignored.
/// Errors: those of reading the root.
[[nodiscard]] Result<Sweep> sweep(const sys::Directory& root, std::size_t max_files);

}  // namespace plim::index
