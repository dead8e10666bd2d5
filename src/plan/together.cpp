#include <algorithm>

#include "plan/plan.hpp"

namespace plim::plan {
namespace {

/// What `plan` leaves of the machine to the next model.
void take(hw::Hardware& hardware, const RunPlan& plan) {
  for (const auto& row : plan.ledger) {
    const auto gpu = std::ranges::find(hardware.gpus, row.device, &hw::Gpu::engine_device);
    const bool found = gpu != hardware.gpus.end() && row.device != "host";
    if (found) gpu->free = gpu->free - row.needed();
    if (found && gpu->kind == hw::GpuKind::discrete) continue;
    auto& memory = hardware.memory;
    memory.available = memory.available - row.needed();
    if (memory.limit) memory.limit->used += row.needed();
  }
}

void add(LedgerRow& sum, const LedgerRow& row) {
  sum.weights += row.weights;
  sum.kv += row.kv;
  sum.recurrent += row.recurrent;
  sum.compute += row.compute;
  sum.caches += row.caches;
  sum.overhead += row.overhead;
  sum.reserve = std::max(sum.reserve, row.reserve);
  sum.left = sum.free - (sum.needed() + sum.reserve);
}

}  // namespace

Result<std::vector<Assessment>> assess_together(const hw::Hardware& hardware,
                                                const std::vector<gguf::Header>& models,
                                                const Wishes& wishes) {
  auto rest = hardware;
  auto wished = wishes;
  std::vector<Assessment> answers;
  for (const auto& model : models) {
    answers.push_back(TRY(assess(rest, model, wished).transform_error(during(model.name()))));
    take(rest, answers.back().plan);
    wished.drafter.reset();  // it guesses for the first one
  }
  return answers;
}

std::vector<LedgerRow> merge(const std::vector<Assessment>& answers) {
  std::vector<LedgerRow> rows;
  for (const auto& answer : answers) {
    for (const auto& row : answer.plan.ledger) {
      const auto same = std::ranges::find(rows, row.device, &LedgerRow::device);
      if (same == rows.end()) {
        rows.push_back(row);
      } else {
        add(*same, row);
      }
    }
  }
  // The host last, as in each plan.
  std::ranges::stable_partition(rows, [](const LedgerRow& row) { return row.device != "host"; });
  return rows;
}

}  // namespace plim::plan
