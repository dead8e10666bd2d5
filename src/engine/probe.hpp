#pragma once

#include <chrono>
#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "engine/load_report.hpp"
#include "plan/plan.hpp"

namespace plim::engine {

/// Lets the server reckon what `plan` would allocate, without allocating it, and ends it before it
/// loads anything: the figures a real start will have, its own number of outputs included. Reads
/// the model's header only, so a sparse file behind a header will do.
///
/// The server sees the plan's own flags but for --fit, whose dry run this is. A server that aborts
/// (one tensor over its backend's limit) is an answer too: io, with its last words.
/// Errors: timeout; io; cancelled; as sys::Process::spawn.
/// Source: llama.cpp 0.7, common_fit_params and its memory breakdown.
[[nodiscard]] Result<LoadReport> probe(const std::filesystem::path& server,
                                       const plan::RunPlan& plan,
                                       const std::vector<std::string>& env,
                                       std::chrono::milliseconds limit, std::stop_token stop);

/// The report's compute and output buffers, one sum for each row of the plan's ledger.
[[nodiscard]] std::vector<Bytes> compute_by_row(const plan::RunPlan& plan,
                                                const LoadReport& report);

}  // namespace plim::engine
