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
constexpr std::string_view inner_draft_dir = "/draft";
constexpr std::string_view inner_slot_dir = "/run/slots";

/// bwrap's command line up to and with "--": `namespaces` (from sys::bwrap_namespaces), a
/// read-only system, the model, the devices the plan needs, and nothing of the user's.
[[nodiscard]] std::vector<std::string> isolate(const LaunchOptions& options,
                                               const std::filesystem::path& run_dir,
                                               const std::vector<std::string>& namespaces);

/// The namespaces an isolated engine can have here, proved by its --version in such a room.
/// Errors: why there are none: no bwrap, a system that forbids user namespaces, an engine that
/// does not find its libraries in there; cancelled.
[[nodiscard]] Result<std::vector<std::string>> find_isolation(const LaunchOptions& options,
                                                              const std::filesystem::path& run_dir,
                                                              std::stop_token stop);

}  // namespace plim::engine
