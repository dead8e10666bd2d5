#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace plim::hw {

/// "00000000:0A:00.0" and "0a:00.0" as the kernel writes them: "0000:0a:00.0".
[[nodiscard]] std::string normal_pci(std::string_view address);

/// The name of a process, from `root`/proc; "" when it may not be read.
[[nodiscard]] std::string process_name(const std::filesystem::path& root, std::int64_t pid);

}  // namespace plim::hw
