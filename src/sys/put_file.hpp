#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "sys/directory.hpp"

namespace plim::sys {

/// Makes or replaces a file beneath `directory`, whole or not at all for all who look. Unlike with
/// Directory::create and replace, a power cut soon after may leave anything: for what can be made
/// anew, and says when it is damaged. Errors: as Directory's changing operations.
Result<void> put_file(const Directory& directory, const std::string& path, std::string_view bytes,
                      std::uint32_t mode);

}  // namespace plim::sys
