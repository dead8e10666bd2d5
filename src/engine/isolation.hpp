#pragma once

#include <filesystem>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "engine/launch.hpp"

namespace plim::engine {

// Inside, the folder with socket and key is here, and the model's files are there.
constexpr std::string_view inner_run_dir = "/run/plim";
constexpr std::string_view inner_model_dir = "/model";

/// bwrap's command line up to and with "--": an empty network namespace, a read-only system, the
/// model, the devices the plan needs, and nothing of the user's.
[[nodiscard]] std::vector<std::string> isolate(const LaunchOptions& options,
                                               const std::filesystem::path& run_dir);

/// Whether this system lets bwrap make such a room (some forbid user namespaces), and the engine
/// finds its libraries in there: runs its --version in one.
[[nodiscard]] bool can_isolate(const LaunchOptions& options, const std::filesystem::path& run_dir,
                               std::stop_token stop);

}  // namespace plim::engine
