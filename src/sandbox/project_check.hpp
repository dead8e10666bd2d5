#pragma once

#include <filesystem>

#include "base/error.hpp"

namespace plim::sandbox {

/// The real path of a folder that commands may be given to write in. Refuses those where writing
/// would undo the sandbox: the system's own, and a home folder or one that holds it.
/// Errors: not_found, invalid with what to do instead.
[[nodiscard]] Result<std::filesystem::path> check_project(const std::filesystem::path& project);

}  // namespace plim::sandbox
