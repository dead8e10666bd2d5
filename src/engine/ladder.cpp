#include "engine/ladder.hpp"

#include <utility>

namespace plim::engine {

Bytes needed(const plan::RunPlan& plan) {
  return plan.ledger.empty() ? Bytes{} : plan.ledger.front().needed();
}

Ladder::Ladder(plan::RunPlan first, std::vector<plan::RunPlan> fallbacks)
    : rungs_(std::move(fallbacks)) {
  rungs_.insert(rungs_.begin(), std::move(first));
}

bool Ladder::step_down(Fault fault) {
  for (auto next = at_ + 1; next < rungs_.size(); ++next) {
    const bool other_device = rungs_[next].device != current().device;
    const bool smaller = needed(rungs_[next]) < needed(current());
    if (fault == Fault::placement ? !other_device : !smaller && !other_device) continue;
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
  for (auto& plan : rungs_) plan.draft = 0;
}

void Ladder::step_up() {
  at_ = left_.back();
  left_.pop_back();
}

}  // namespace plim::engine
