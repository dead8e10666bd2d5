#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "hw/hw.hpp"
#include "plan/plan.hpp"

namespace plim::app {

/// What drivers took beside the engine's buffers, as measured by earlier loads: one line for each
/// GPU, driver and engine build in `state`/overheads.tsv.
///
/// Those that belong to a GPU of `hardware` with its driver of now and `engine_build`. A missing or
/// damaged file is no calibration.
[[nodiscard]] std::vector<plan::Overhead> read_overheads(const std::filesystem::path& state,
                                                         const hw::Hardware& hardware,
                                                         std::string_view engine_build);

/// Remembers that `gpu` took `bytes` beside the buffers; to be called after each real load. Other
/// GPUs' lines are kept. Errors: io.
[[nodiscard]] Result<void> store_overhead(const std::filesystem::path& state, const hw::Gpu& gpu,
                                          std::string_view engine_build, Bytes bytes);

}  // namespace plim::app
