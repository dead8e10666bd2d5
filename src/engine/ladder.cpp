#include "engine/ladder.hpp"

#include <algorithm>
#include <utility>

namespace plim::engine {

Bytes needed(const plan::RunPlan& plan) {
  return plan.ledger.empty() ? Bytes{} : plan.ledger.front().needed();
}

Ladder::Ladder(plan::RunPlan first, std::vector<plan::RunPlan> fallbacks)
    : rungs_(std::move(fallbacks)) {
  rungs_.insert(rungs_.begin(), std::move(first));
}

bool Ladder::mends(Fault fault, const plan::RunPlan& plan) const {
  const bool other_device = plan.device != current().device;
  const bool guesses_less = current().guesses_with_weights() && !plan.guesses_with_weights();
  if (fault == Fault::guess) return guesses_less;
  if (fault == Fault::placement) return other_device || guesses_less;
  return other_device || needed(plan) < needed(current());
}

bool Ladder::step_down(Fault fault) {
  for (auto next = at_ + 1; next < rungs_.size(); ++next) {
    if (!mends(fault, rungs_[next])) continue;
    left_.push_back(std::exchange(at_, next));
    return true;
  }
  return false;
}

const plan::RunPlan* Ladder::above() const {
  return left_.empty() ? nullptr : &rungs_[left_.back()];
}

void Ladder::use_threads(int threads) {
  for (auto& plan : rungs_) plan.threads = threads;
}

void Ladder::stop_drafting() {
  if (!current().guesses_with_weights()) {
    for (auto& plan : rungs_) plan.draft = 0;
    return;
  }
  // The same plan without it stands below, and none of those above is gone back to.
  if (std::ranges::all_of(rungs_, &plan::RunPlan::guesses_with_weights)) return;
  std::erase_if(rungs_, [](const plan::RunPlan& plan) { return plan.guesses_with_weights(); });
  at_ = 0;
  left_.clear();
}

void Ladder::step_up() {
  at_ = left_.back();
  left_.pop_back();
}

}  // namespace plim::engine
