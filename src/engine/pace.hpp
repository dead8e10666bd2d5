#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "plan/plan.hpp"

namespace plim::engine {

/// How fast the engine is with so many threads and tokens at once.
struct Pace {
  int threads = 1;
  double prefill = 0;  ///< Tokens per second of a prompt; 0: not measured.
  double decode = 0;   ///< Of a reply.
  std::int32_t ubatch = 512;

  friend bool operator==(const Pace&, const Pace&) = default;
};

/// What is tried: each of `threads` with each of `ubatches`.
struct Trial {
  std::vector<int> threads{1};
  std::vector<std::int32_t> ubatches{512};
  int prompt = 512;  ///< 0: only the reply.
  int reply = 48;    ///< 0: only the prompt.
  int depth = 0;     ///< Tokens that are in the KV cache before.
  int repeat = 2;
  std::chrono::milliseconds limit{std::chrono::seconds(15)};
};

/// Measures `plan`'s model where the plan puts it, by llama-bench; what was measured within the
/// trial's limit counts. Loads the model, so nothing else may hold its memory.
/// Errors: not_found without a llama-bench beside `server`; timeout when nothing was measured; io;
/// cancelled.
[[nodiscard]] Result<std::vector<Pace>> measure_pace(const std::filesystem::path& server,
                                                     const plan::RunPlan& plan, const Trial& trial,
                                                     const std::vector<std::string>& env,
                                                     std::stop_token stop);

/// Reads llama-bench's lines of JSON; anything else between them is passed over.
[[nodiscard]] std::vector<Pace> parse_paces(std::string_view output);

/// The fastest at replies; of those within 3 % of it the one with the fewest threads.
[[nodiscard]] Pace best_pace(const std::vector<Pace>& paces);

/// The fastest at prompts; of those within 5 % of it the one with the smallest ubatch, whose
/// scratch is smallest.
[[nodiscard]] Pace best_prefill(const std::vector<Pace>& paces);

}  // namespace plim::engine
