#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/error.hpp"

namespace plim::index {

/// A dependency that is installed on this machine, in the version the project uses.
struct DocPackage {
  std::string name;
  std::string version;  ///< Empty: not said.
  std::filesystem::path folder;
  std::filesystem::path about;  ///< What else is written about it (Python: METADATA); may be empty.

  friend bool operator==(const DocPackage&, const DocPackage&) = default;
};

/// The direct dependencies of the project at `root` whose files are here: npm (package.json and
/// node_modules), Python (a virtual environment in .venv or venv), Cargo (Cargo.lock and the
/// registry in `home`), Go (go.mod and the module cache in `home`). At most 300. A folder that a
/// link leads out of where its kind belongs is left out, so a project cannot show other files.
[[nodiscard]] std::vector<DocPackage> installed_packages(const std::filesystem::path& root,
                                                         const std::filesystem::path& home);

}  // namespace plim::index
