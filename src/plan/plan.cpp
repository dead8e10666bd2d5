#include "plan/plan.hpp"

#include <algorithm>
#include <format>
#include <limits>
#include <set>

#include "plan/account.hpp"
#include "plan/refuse.hpp"
#include "plan/shape.hpp"
#include "plan/sites.hpp"

namespace plim::plan {
namespace {

/// The contexts to choose from, resolved from the wishes and the model's training.
struct ContextRange {
  Tokens least;
  Tokens target;
};

constexpr std::int64_t least_cells = 256;
constexpr std::int64_t most_context = std::numeric_limits<std::int32_t>::max();  // the engine's

std::int64_t round_up(std::int64_t tokens, std::int64_t step) {
  return (tokens + step - 1) / step * step;
}

Result<ContextRange> context_range(const Shape& shape, const Wishes& wishes) {
  const auto trained = shape.trained_context.value;
  const auto step = context_step(wishes.slots, wishes.unified);
  const auto desired = std::max(round_up(wishes.desired_context.value, step), step);
  // The engine rounds up to 256; a model trained on less gets the one step there is.
  const auto limit =
      trained == 0 ? desired : std::max(trained / least_cells, std::int64_t{1}) * step;
  if (!wishes.context) {
    const auto target = std::min(desired, limit);
    return ContextRange{Tokens{std::min(round_up(wishes.min_context.value, step), target)},
                        Tokens{target}};
  }
  if (wishes.context->value <= 0 || wishes.context->value > most_context) {
    return fail(Errc::invalid, "a context of {} tokens makes no sense", wishes.context->value);
  }
  if (trained > 0 && wishes.context->value / wishes.slots > std::max(trained, least_cells)) {
    return fail(Errc::invalid,
                "a context of {} tokens is more than the {} the model was trained for",
                wishes.context->value / wishes.slots, trained);
  }
  const Tokens exact{round_up(wishes.context->value, step)};
  return ContextRange{exact, exact};
}

bool usable(const Shape& shape, KvType k, KvType v) {
  return can_hold(k, shape.head_k) && can_hold(v, shape.head_v) && (!shape.latent || k == v);
}

/// The wished cache types this model can use.
Result<std::vector<KvType>> usable_types(const Shape& shape, const Wishes& wishes) {
  std::vector<KvType> types;
  for (const auto type : wishes.kv_types) {
    if (usable(shape, type, wishes.kv_v.value_or(type))) types.push_back(type);
  }
  if (!types.empty()) return types;
  if (shape.latent && wishes.kv_v) {
    return fail(Errc::invalid, "this model keeps K and V as one: they share a cache type");
  }
  return fail(Errc::invalid, "none of the wished cache types can hold heads of {} elements",
              shape.head_k);
}

CacheLayout layout_for(const Load& load, Tokens context, KvType type) {
  const auto& wishes = load.wishes;
  return {.context = context,
          .slots = static_cast<std::uint64_t>(wishes.slots),
          .unified = wishes.unified,
          .ubatch = static_cast<std::uint64_t>(wishes.ubatch),
          .k = type,
          .v = wishes.kv_v.value_or(type),
          .full_windows = wishes.full_windows,
          .draft = static_cast<std::uint64_t>(load.drafter == nullptr ? wishes.draft
                                                                      : wishes.draft_ahead),
          .draft_by = load.drafter == nullptr ? DraftBy::text : load.drafter->by};
}

/// The target, the most each cache type can have, and halves: each a step a running model can be
/// taken down to.
std::set<std::int64_t, std::greater<>> contexts(const Load& load, const Site& site,
                                                const std::vector<KvType>& types,
                                                ContextRange range) {
  std::set<std::int64_t, std::greater<>> found{range.target.value, range.least.value};
  for (const auto type : types) {
    const auto most =
        largest_context(load, site, layout_for(load, range.target, type), range.target);
    if (most >= range.least) found.insert(most.value);
  }
  const auto step = context_step(load.wishes.slots, load.wishes.unified);
  for (auto half = round_up(range.target.value / 2, step); half > range.least.value;
       half = round_up(half / 2, step)) {
    found.insert(half);
  }
  return found;
}

void explain(RunPlan& plan, ContextRange range, KvType preferred) {
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

std::string devices_of(const Site& site) {
  std::string names;
  for (const auto* gpu : site.gpus) names += (names.empty() ? "" : ",") + gpu->engine_device;
  return site.on_cpu() ? "none" : names;
}

void add_drafter(const Load& load, const CacheLayout& layout, const Account& account,
                 RunPlan& plan) {
  const auto own = beside(*load.drafter, layout);
  plan.draft_k = own.k;
  plan.draft_v = own.v;
  plan.draft_device = account.draft_device;
  plan.draft_bytes = account.draft_bytes;
  if (load.drafter->by == DraftBy::model) plan.draft_files = load.wishes.drafter->files;
}

RunPlan build(const Load& load, const Site& site, const CacheLayout& layout, const Offload& offload,
              Account account) {
  const auto full = static_cast<std::uint64_t>(layout.context.value) / layout.slots;
  RunPlan plan{.files = load.model.files,
               .model = load.model.name(),
               .device = devices_of(site),
               .device_label = site.label,
               .on_gpu = !site.on_cpu(),
               .layers = static_cast<int>(load.shape.layers.size()),
               .context = layout.context,
               .slots = static_cast<int>(layout.slots),
               .kv_k = layout.k,
               .kv_v = layout.v,
               .batch = std::max(load.wishes.batch, load.wishes.ubatch),
               .ubatch = load.wishes.ubatch,
               .threads = threads_for(load),
               .cache_ram = account.cache_ram,
               .checkpoints = account.checkpoints,
               .draft = static_cast<int>(layout.draft),
               .draft_by = layout.draft_by,
               .repack = site.on_cpu() && load.hardware.cpu.amx ? load.weights.repack : Bytes{},
               .not_loaded = layout.draft_by == DraftBy::layers ? Bytes{} : load.weights.further,
               .host_layers = static_cast<int>(offload.layers),
               .host_experts = static_cast<int>(offload.experts),
               .unified = layout.unified,
               .full_windows = layout.full_windows,
               .speed = speed_of(load, site, layout, account, offload, 0),
               .full_decode = speed_of(load, site, layout, account, offload, full).decode};
  if (account.split.size() > 1) plan.split = account.split;
  if (load.drafter != nullptr) add_drafter(load, layout, account, plan);
  plan.ledger = std::move(account.rows);
  add_warnings(load, plan);
  return plan;
}

/// The least that must stay in RAM for the rest to fit; nothing when that does not help either.
std::optional<Offload> least_offload(const Load& load, const Site& site,
                                     const CacheLayout& layout) {
  const bool experts = load.shape.experts_used > 0;
  const auto with = [&](std::size_t count) {
    return experts ? Offload{.experts = count} : Offload{.layers = count};
  };
  for (std::size_t count = 1; count <= load.shape.layers.size(); ++count) {
    if (draw_up(load, site, layout, with(count)).fits()) return with(count);
  }
  return std::nullopt;
}

/// Whether there is one with this context and cache.
bool add_offloaded(const Load& load, const Site& site, const CacheLayout& layout,
                   std::vector<RunPlan>& plans) {
  const auto offload = least_offload(load, site, layout);
  if (!offload) return false;
  auto plan = build(load, site, layout, *offload, draw_up(load, site, layout, *offload));
  const bool experts = offload->experts > 0;
  plan.rung = experts ? "experts in RAM" : "layers in RAM";
  plan.reason = std::format("{} tokens with {}{} of {} layers in RAM, which is slower.",
                            plan.context.value, experts ? "the experts of " : "",
                            experts ? offload->experts : offload->layers, plan.layers);
  plans.push_back(std::move(plan));
  return true;
}

std::vector<RunPlan> plans_on(const Load& load, const Site& site, const std::vector<KvType>& types,
                              ContextRange range) {
  std::vector<RunPlan> plans;
  const auto candidates = contexts(load, site, types, range);
  for (const auto context : candidates) {
    for (const auto type : types) {
      const auto layout = layout_for(load, Tokens{context}, type);
      auto account = draw_up(load, site, layout);
      if (!account.fits()) continue;
      plans.push_back(build(load, site, layout, {}, std::move(account)));
      explain(plans.back(), range, types.front());
    }
  }
  if (!load.wishes.offload || site.on_cpu()) return plans;
  if (!plans.empty()) {
    const auto whole = layout_for(load, range.target, types.front());
    if (plans.front().context != range.target) add_offloaded(load, site, whole, plans);
    return plans;
  }
  for (const auto context : candidates) {
    for (const auto type : types) {
      if (add_offloaded(load, site, layout_for(load, Tokens{context}, type), plans)) return plans;
    }
  }
  return plans;
}

/// Everything a plan needs that does not depend on its context and cache types.
struct Question {
  Shape shape;
  Weights weights;
  ContextRange range;
  std::vector<KvType> types;
  Sites sites;
};

Result<Question> ask(const hw::Hardware& hardware, const gguf::Header& model,
                     const Wishes& wishes) {
  if (wishes.ubatch < 1 || wishes.ubatch > 65'536) {
    return fail(Errc::invalid, "a ubatch of {} is not between 1 and 65536", wishes.ubatch);
  }
  for (const auto draft : {wishes.draft, wishes.draft_ahead}) {
    if (draft >= 0 && draft <= 256) continue;
    return fail(Errc::invalid, "a draft of {} tokens is not between 0 and 256", draft);
  }
  if (wishes.slots < 1 || wishes.slots > 256) {
    return fail(Errc::invalid, "{} slots are not between 1 and 256", wishes.slots);
  }
  Question question{.shape = TRY(shape_of(model))};
  question.weights = weights_of(model, question.shape.layers.size());
  question.range = TRY(context_range(question.shape, wishes));
  question.types = TRY(usable_types(question.shape, wishes));
  question.sites = TRY(find_sites(hardware, wishes.device));
  return question;
}

std::vector<RunPlan> all_plans(const Load& load, const Question& question) {
  std::vector<RunPlan> plans;
  for (const auto& site : question.sites.sites) {
    std::ranges::move(plans_on(load, site, question.types, question.range),
                      std::back_inserter(plans));
  }
  for (auto& plan : plans)
    std::ranges::copy(question.sites.warnings, std::back_inserter(plan.warnings));
  return plans;
}

/// What guesses with weights of its own stands above the same plan without it: whoever needs the
/// memory goes down to that.
Result<std::vector<RunPlan>> plans_for(const Load& load, const Question& question) {
  auto plans = all_plans(load, question);
  const auto drafter = TRY(drafter_of(load.model, load.weights, load.wishes));
  if (plans.empty() || !drafter) return plans;
  // Which device the engine puts further layers on is its choice among several.
  const bool several = plans.front().split.size() > 1 && drafter->by == DraftBy::layers;
  auto with = load;
  with.drafter = &*drafter;
  auto guessing = several ? std::vector<RunPlan>() : all_plans(with, question);
  if (!guessing.empty() && gives_as_much(guessing.front(), plans.front())) {
    plans.insert(plans.begin(), std::move(guessing.front()));
  } else if (drafter->by == DraftBy::model) {
    plans.front().warnings.push_back(std::format(
        "{} does not fit beside it, so it guesses nothing.", load.wishes.drafter->name()));
  }
  return plans;
}

/// What would take the least memory of all that the wishes allow.
CacheLayout smallest(const Load& load, const Question& question) {
  const auto least =
      std::ranges::min(question.types, {}, [](KvType type) { return row_bytes(type, 32); });
  return layout_for(load, question.range.least, least);
}

/// The site with the most room, for a plan that fits nowhere.
const Site& roomiest(const Question& question) { return question.sites.sites.back(); }

std::vector<Choice> choices_on(const Load& load, const Question& question, const Site& site) {
  std::vector<Choice> choices;
  const auto trained = question.shape.trained_context.value;
  const Tokens limit{trained == 0 ? question.range.target.value
                                  : round_up(trained * load.wishes.slots, least_cells)};
  for (const auto type : {KvType::f16, KvType::q8_0, KvType::q5_0, KvType::q4_0}) {
    if (!usable(question.shape, type, type)) continue;
    auto layout = layout_for(load, limit, type);
    layout.v = type;
    Choice choice{.type = type, .largest = largest_context(load, site, layout, limit)};
    layout.context = choice.largest;
    if (choice.largest.value > 0) {
      const auto depth = static_cast<std::uint64_t>(choice.largest.value) / layout.slots;
      const auto account = draw_up(load, site, layout);
      choice.decode = speed_of(load, site, layout, account, {}, depth).decode;
    }
    choices.push_back(choice);
  }
  return choices;
}

}  // namespace

Result<std::vector<RunPlan>> ladder(const hw::Hardware& hardware, const gguf::Header& model,
                                    const Wishes& wishes) {
  const auto question = TRY(ask(hardware, model, wishes));
  const Load load{hardware, model, question.shape, question.weights, wishes};
  auto plans = TRY(plans_for(load, question));
  if (!plans.empty()) return plans;
  return std::unexpected(refusal(load, question.sites.sites, smallest(load, question)));
}

Result<RunPlan> make(const hw::Hardware& hardware, const gguf::Header& model,
                     const Wishes& wishes) {
  return ladder(hardware, model, wishes).transform([](std::vector<RunPlan> plans) {
    return std::move(plans.front());
  });
}

Result<Assessment> assess(const hw::Hardware& hardware, const gguf::Header& model,
                          const Wishes& wishes) {
  const auto question = TRY(ask(hardware, model, wishes));
  const Load load{hardware, model, question.shape, question.weights, wishes};
  auto plans = TRY(plans_for(load, question));
  Assessment answer{.fits = !plans.empty()};
  const auto* site = &roomiest(question);
  if (answer.fits) {
    answer.plan = std::move(plans.front());
    const auto used = std::ranges::find(question.sites.sites, answer.plan.device, devices_of);
    if (used != question.sites.sites.end()) site = &*used;
  } else {
    const auto layout = smallest(load, question);
    answer.plan = build(load, *site, layout, {}, draw_up(load, *site, layout));
    answer.plan.rung = "does not fit";
    answer.plan.reason = refusal(load, question.sites.sites, layout).message;
  }
  answer.choices = choices_on(load, question, *site);
  return answer;
}

RunPlan with_compute(RunPlan plan, const std::vector<Bytes>& compute) {
  for (std::size_t i = 0; i < std::min(compute.size(), plan.ledger.size()); ++i) {
    auto& row = plan.ledger[i];
    row.compute = compute[i];
    row.left = row.free - (row.needed() + row.reserve);
  }
  return plan;
}

bool drafts_are_cheap(const RunPlan& plan) {
  constexpr double tokens_per_s = 500;  // at 30 us per token: 1.5 %
  constexpr Bytes never_so_fast = 64_MiB;
  if (plan.draft_by != DraftBy::text) return true;
  if (plan.speed.decode.median > 0) return plan.speed.decode.median < tokens_per_s;
  return !plan.ledger.empty() && plan.ledger.front().weights >= never_so_fast;
}

bool gives_as_much(const RunPlan& plan, const RunPlan& other) {
  return plan.device == other.device && plan.context == other.context && plan.kv_k == other.kv_k &&
         plan.rung == other.rung;
}

bool fits(const RunPlan& plan) {
  return std::ranges::all_of(plan.ledger, [](const LedgerRow& row) { return left_of(row) >= 0; });
}

std::int64_t left_of(const LedgerRow& row) {
  return static_cast<std::int64_t>(row.free.value) -
         static_cast<std::int64_t>((row.needed() + row.reserve).value);
}

}  // namespace plim::plan
