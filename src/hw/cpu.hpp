#pragma once

#include <filesystem>
#include <optional>
#include <set>
#include <string_view>

#include "hw/hw.hpp"

namespace plim::hw {

/// Reads the CPU from `root`'s proc and sys. What is missing keeps its default of 1.
[[nodiscard]] Cpu read_cpu(const std::filesystem::path& root);

/// A kernel list of numbers such as "0-3,8,10-11". Nothing when it is malformed or names more
/// than 8192 processors.
[[nodiscard]] std::optional<std::set<int>> parse_cpu_list(std::string_view text);

}  // namespace plim::hw
