#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/commands.hpp"
#include "engine/pace.hpp"
#include "hw/hw.hpp"
#include "plan/plan.hpp"

namespace plim::app {

/// What was found out about one engine with one model on one device, kept under the cache folder
/// between runs: another build, file or device is another fact. All of it can be found out again.
class Facts {
 public:
  Facts(const Context& context, const std::filesystem::path& server, const hw::Hardware& hardware);

  /// Whether it once did as `plan` says, the context walked through.
  [[nodiscard]] bool proved(const plan::RunPlan& plan) const;
  void remember_proved(const plan::RunPlan& plan) const;

  /// Whether guessing tokens ahead was measured to cost more than it saves.
  [[nodiscard]] bool drafts_lose(const plan::RunPlan& plan) const;
  void remember_drafts_lose(const plan::RunPlan& plan) const;

  /// The measured speed; none after a month, when it is worth measuring again.
  [[nodiscard]] std::optional<engine::Pace> pace(const plan::RunPlan& plan) const;
  void remember_pace(const plan::RunPlan& plan, const engine::Pace& pace) const;

  /// Measures it, with threads and ubatch sizes, for 15 s at most, and remembers it; not that fewer
  /// threads were faster on a processor that others kept busy. Errors: as engine::measure_pace.
  [[nodiscard]] Result<engine::Pace> measure(const plan::RunPlan& plan) const;

  /// Whether the speed of this model was never looked at here and loading it for that does not take
  /// long: weights of at most 4 GiB. Where others want the processor a look would mislead.
  [[nodiscard]] bool worth_a_glance(const plan::RunPlan& plan) const;
  /// As measure, less exactly and for 5 s at most, once for each model: before its first task. What
  /// took longer is not looked at again.
  void glance(const plan::RunPlan& plan) const;

  /// The compute buffers by row of the ledger, from the engine's dry run, which is done once for
  /// each plan. Errors: as engine::probe.
  [[nodiscard]] Result<std::vector<Bytes>> compute(const plan::RunPlan& plan) const;

 private:
  [[nodiscard]] std::filesystem::path file(std::string_view kind, const plan::RunPlan& plan,
                                           std::string_view more = "") const;
  [[nodiscard]] Result<engine::Pace> try_out(const plan::RunPlan& plan, engine::Trial trial) const;
  /// The best of `paces`, which were measured on an empty cache.
  [[nodiscard]] engine::Pace best_behind_a_prompt(const plan::RunPlan& plan, engine::Trial trial,
                                                  const std::vector<engine::Pace>& paces,
                                                  std::chrono::milliseconds left) const;

  [[nodiscard]] std::filesystem::path proof_of(const plan::RunPlan& plan) const;

  const Context& context_;
  std::filesystem::path server_;
  std::string machine_;
  int cores_ = 1;
};

/// Whether others keep the processor from those that wait for it: no time to measure, nor for
/// threads that wait for one another.
[[nodiscard]] bool is_busy();

/// Puts the engine's own compute buffers in the place of the first plan's estimates, which can be
/// too low where no formula is exact. What then does not fit is dropped; the plans below get as
/// much more as the first did. False: none is left. Errors: as Facts::compute.
[[nodiscard]] Result<bool> reckon(const Facts& facts, std::vector<plan::RunPlan>& rungs);

/// Whether `plan` guesses with weights in vain: it was measured to lose here; or it guesses by its
/// own layers on a CPU, where that may lose, without a measurement that could tell (unless
/// engine.speculation is "on").
[[nodiscard]] bool guesses_in_vain(const Facts& facts, const Config& config,
                                   const plan::RunPlan& plan);

/// Settles how `plan` computes by what was measured: threads, predicted speed, whether tokens are
/// guessed from text (unless engine.speculation is "on").
void settle(const Facts& facts, const Config& config, plan::RunPlan& plan);

}  // namespace plim::app
