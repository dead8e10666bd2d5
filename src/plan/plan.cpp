#include "plan/plan.hpp"

#include <algorithm>
#include <format>
#include <set>

#include "plan/account.hpp"
#include "plan/refuse.hpp"
#include "plan/shape.hpp"
#include "plan/sites.hpp"

namespace plim::plan {
namespace {

/// The contexts to choose from, resolved from the wishes and the model's training.
struct Range {
  Tokens least;
  Tokens target;
};

constexpr std::int64_t granularity = 256;

std::int64_t round_up(std::int64_t tokens) {
  return (tokens + granularity - 1) / granularity * granularity;
}

Result<Range> context_range(const Shape& shape, const Wishes& wishes) {
  const auto trained = shape.trained_context.value;
  // The engine rounds up to 256; a model trained on less gets the one step there is.
  const auto limit = trained == 0 ? round_up(wishes.desired_context.value)
                                  : std::max(trained / granularity, std::int64_t{1}) * granularity;
  if (!wishes.context) {
    const auto target = std::clamp(round_up(wishes.desired_context.value), granularity, limit);
    return Range{Tokens{std::min(round_up(wishes.min_context.value), target)}, Tokens{target}};
  }
  if (wishes.context->value <= 0) {
    return fail(Errc::invalid, "a context of {} tokens makes no sense", wishes.context->value);
  }
  if (trained > 0 && wishes.context->value > std::max(trained, granularity)) {
    return fail(Errc::invalid,
                "a context of {} tokens is more than the {} the model was trained for",
                wishes.context->value, trained);
  }
  const Tokens exact{round_up(wishes.context->value)};
  return Range{exact, exact};
}

/// The wished cache types this model can use.
Result<std::vector<KvType>> usable_types(const Shape& shape, const Wishes& wishes) {
  std::vector<KvType> types;
  for (const auto type : wishes.kv_types) {
    if (can_hold(type, shape.head_k) && can_hold(type, shape.head_v)) types.push_back(type);
  }
  if (!types.empty()) return types;
  return fail(Errc::invalid, "none of the wished cache types can hold heads of {} elements",
              shape.head_k);
}

CacheLayout layout_for(const Wishes& wishes, Tokens context, KvType type) {
  return {.context = context,
          .ubatch = static_cast<std::uint64_t>(wishes.ubatch),
          .k = type,
          .v = type};
}

/// The target, the most each cache type can have, and halves: each a step a running model can be
/// taken down to.
std::set<std::int64_t, std::greater<>> contexts(const Load& load, const Site& site,
                                                const std::vector<KvType>& types, Range range) {
  std::set<std::int64_t, std::greater<>> found{range.target.value, range.least.value};
  for (const auto type : types) {
    const auto most =
        largest_context(load, site, layout_for(load.wishes, range.target, type), range.target);
    if (most >= range.least) found.insert(most.value);
  }
  for (auto half = round_up(range.target.value / 2); half > range.least.value;
       half = round_up(half / 2)) {
    found.insert(half);
  }
  return found;
}

void explain(RunPlan& plan, Range range, KvType preferred) {
  const bool shorter = plan.context < range.target;
  const bool smaller = plan.kv_k != preferred;
  const auto type = to_string(plan.kv_k);
  if (!shorter && !smaller) {
    plan.rung = "full";
    plan.reason =
        std::format("The whole context of {} tokens fits with {} cache.", plan.context.value, type);
  } else if (!shorter) {
    plan.rung = std::format("{} cache", type);
    plan.reason = std::format("With {} cache instead of {}, {} tokens fit.", type,
                              to_string(preferred), plan.context.value);
  } else {
    plan.rung = smaller ? std::format("shorter context, {} cache", type) : "shorter context";
    plan.reason = std::format("{} of {} tokens, with {} cache.", plan.context.value,
                              range.target.value, type);
  }
}

void add_warnings(const Load& load, RunPlan& plan) {
  const auto bits = load.model.bits_per_weight();
  if (bits > 0 && bits < 4) {
    plan.warnings.push_back(std::format(
        "This file has {:.1f} bits per weight; below 4 models lose noticeably at code.", bits));
  }
  if (load.shape.trained_context.value == 0) {
    plan.warnings.emplace_back("The file does not say for which context the model was trained.");
  }
  std::ranges::copy(load.shape.unknowns, std::back_inserter(plan.warnings));
}

// Threads meet at a barrier after each step of the graph, and one that waits for its core makes all
// wait: with little work in between that costs more than it saves. Measured with 0.4 MiB of weights
// on 2 cores, one of them busy with something else: 9,300 tokens/s on one thread, below 1 on two.
int threads_for(const Load& load) {
  constexpr auto worth_a_thread = 16_MiB;
  if (load.wishes.threads) return std::max(*load.wishes.threads, 1);
  const auto worth = load.model.tensor_bytes().value / worth_a_thread.value + 1;
  return std::clamp(load.hardware.cpu.cores, 1,
                    static_cast<int>(std::min<std::uint64_t>(worth, 1024)));
}

RunPlan build(const Load& load, const Site& site, const CacheLayout& layout, Account account) {
  RunPlan plan{.files = load.model.files,
               .model = load.model.name(),
               .device = site.gpu == nullptr ? "none" : site.gpu->engine_device,
               .device_label = site.label,
               .on_gpu = site.gpu != nullptr,
               .layers = static_cast<int>(load.shape.layers.size()),
               .context = layout.context,
               .slots = static_cast<int>(layout.slots),
               .kv_k = layout.k,
               .kv_v = layout.v,
               .batch = std::max(load.wishes.batch, load.wishes.ubatch),
               .ubatch = load.wishes.ubatch,
               .threads = threads_for(load),
               .cache_ram = account.cache_ram,
               .checkpoints = account.checkpoints};
  plan.ledger = std::move(account.rows);
  add_warnings(load, plan);
  return plan;
}

std::vector<RunPlan> plans_on(const Load& load, const Site& site, const std::vector<KvType>& types,
                              Range range) {
  std::vector<RunPlan> plans;
  for (const auto context : contexts(load, site, types, range)) {
    for (const auto type : types) {
      const auto layout = layout_for(load.wishes, Tokens{context}, type);
      auto account = draw_up(load, site, layout);
      if (!account.fits()) continue;
      plans.push_back(build(load, site, layout, std::move(account)));
      explain(plans.back(), range, types.front());
    }
  }
  return plans;
}

}  // namespace

Result<std::vector<RunPlan>> ladder(const hw::Hardware& hardware, const gguf::Header& model,
                                    const Wishes& wishes) {
  if (wishes.ubatch < 1 || wishes.ubatch > 65'536) {
    return fail(Errc::invalid, "a ubatch of {} is not between 1 and 65536", wishes.ubatch);
  }
  const auto shape = TRY(shape_of(model));
  const auto range = TRY(context_range(shape, wishes));
  const auto types = TRY(usable_types(shape, wishes));
  const auto found = TRY(find_sites(hardware, wishes.device));
  const Load load{hardware, model, shape, wishes};
  std::vector<RunPlan> plans;
  for (const auto& site : found.sites) {
    std::ranges::move(plans_on(load, site, types, range), std::back_inserter(plans));
  }
  if (plans.empty()) {
    const auto least = std::ranges::min(types, {}, [](KvType type) { return row_bytes(type, 32); });
    return std::unexpected(refusal(load, found.sites, layout_for(wishes, range.least, least)));
  }
  for (auto& plan : plans) {
    plan.warnings.insert(plan.warnings.end(), found.warnings.begin(), found.warnings.end());
  }
  return plans;
}

Result<RunPlan> make(const hw::Hardware& hardware, const gguf::Header& model,
                     const Wishes& wishes) {
  return ladder(hardware, model, wishes).transform([](std::vector<RunPlan> plans) {
    return std::move(plans.front());
  });
}

}  // namespace plim::plan
