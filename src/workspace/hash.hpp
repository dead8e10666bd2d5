#pragma once

#include <string>
#include <string_view>

namespace plim::workspace {

/// SHA-256 as 64 hexadecimal digits.
[[nodiscard]] std::string sha256_hex(std::string_view bytes);

}  // namespace plim::workspace
