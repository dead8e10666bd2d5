#pragma once

#include <cstddef>
#include <vector>

#include "engine/proof.hpp"
#include "plan/plan.hpp"

namespace plim::engine {

/// Where an engine stands on its planned ladder. One thread at a time.
class Ladder {
 public:
  /// `first`, and further plans, best first.
  Ladder(plan::RunPlan first, std::vector<plan::RunPlan> fallbacks);

  [[nodiscard]] const plan::RunPlan& current() const { return rungs_[at_]; }

  /// Goes to the nearest plan below that could mend `fault`: one on another device where layers or
  /// weights are misplaced, one that guesses without weights where what guesses fails, one that
  /// needs less memory else. False, and stays, without one.
  [[nodiscard]] bool step_down(Fault fault);
  /// The plan that the last step down left; null at the top.
  [[nodiscard]] const plan::RunPlan* above() const;
  void step_up();

  /// Every plan from now on computes with so many threads.
  void use_threads(int threads);
  /// No plan guesses tokens the way this one does from now on.
  void stop_drafting();

 private:
  [[nodiscard]] bool mends(Fault fault, const plan::RunPlan& plan) const;

  std::vector<plan::RunPlan> rungs_;
  std::size_t at_ = 0;
  std::vector<std::size_t> left_;  // the way back up
};

/// What a plan takes of the memory it computes in.
[[nodiscard]] Bytes needed(const plan::RunPlan& plan);

}  // namespace plim::engine
