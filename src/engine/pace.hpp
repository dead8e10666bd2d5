#pragma once

#include <chrono>
#include <filesystem>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "plan/plan.hpp"

namespace plim::engine {

/// How fast the engine is with so many threads.
struct Pace {
  int threads = 1;
  double prefill = 0;  ///< Tokens per second of a prompt; 0: not measured.
  double decode = 0;   ///< Of a reply.

  friend bool operator==(const Pace&, const Pace&) = default;
};

/// Measures `plan`'s model where the plan puts it with each count of `threads`, by llama-bench,
/// for `limit` at most; what was measured until then counts. Loads the model, so nothing else may
/// hold its memory.
/// Errors: not_found without a llama-bench beside `server`; timeout when nothing was measured; io;
/// cancelled.
[[nodiscard]] Result<std::vector<Pace>> measure_pace(
    const std::filesystem::path& server, const plan::RunPlan& plan, const std::vector<int>& threads,
    const std::vector<std::string>& env, std::chrono::milliseconds limit, std::stop_token stop);

/// Reads llama-bench's lines of JSON; anything else between them is passed over.
[[nodiscard]] std::vector<Pace> parse_paces(std::string_view output);

/// The fastest at replies; of those within 3 % of it the one with the fewest threads.
[[nodiscard]] Pace best_pace(const std::vector<Pace>& paces);

}  // namespace plim::engine
