#include "app/facts.hpp"

#include <algorithm>
#include <chrono>
#include <format>
#include <fstream>
#include <functional>

#include "app/machine.hpp"
#include "engine/gauge.hpp"
#include "engine/launch.hpp"
#include "engine/probe.hpp"

namespace plim::app {
namespace {

namespace fs = std::filesystem;

// It takes 0.3 s, but for the first after a cold start, which waits for a slow disk. Given up, the
// plan would be an estimate: this ends what hangs.
constexpr auto dry_run_limit = std::chrono::milliseconds(std::chrono::seconds(20));
constexpr auto pace_limit = std::chrono::milliseconds(std::chrono::seconds(15));
constexpr auto glance_limit = std::chrono::milliseconds(std::chrono::seconds(5));
constexpr std::int32_t widest_ubatch = 2048;
constexpr int usual_depth = 2048;  // tokens in front of an agent's reply
constexpr auto pace_is_old = std::chrono::days(30);

std::string stamp(const fs::path& file) {
  std::error_code ignored;
  return std::format("|{}|{}|{}", file.string(), fs::file_size(file, ignored),
                     fs::last_write_time(file, ignored).time_since_epoch().count());
}

/// What guesses with weights of its own; empty where only text does, or nothing.
std::string guesser(const plan::RunPlan& plan) {
  std::string key = plan.guesses_with_weights() ? "|ahead" : "";
  for (const auto& part : plan.draft_files) key += stamp(part);
  return key;
}

/// Whole or not at all: two runs may write the same fact.
template <class Write>
void store(const fs::path& file, Write write) {
  std::error_code ignored;
  fs::create_directories(file.parent_path(), ignored);
  auto fresh = file;
  fresh += std::format(".{}", std::hash<std::string>{}(stamp(file)));
  {
    std::ofstream out(fresh, std::ios::trunc);
    write(out);
  }
  fs::rename(fresh, file, ignored);
}

plan::Rate scaled(plan::Rate rate, double median) {
  // A measurement on this machine spreads less than a prediction for any.
  constexpr double spread = 0.1;
  rate.median = median;
  rate.low = median / (1 + spread);
  rate.high = median * (1 + spread);
  return rate;
}

void use_pace(const engine::Pace& pace, plan::RunPlan& plan) {
  const auto before = plan.speed.decode.median;
  const auto share = before > 0 ? plan.full_decode.median / before : 0;
  plan.speed_measured = true;
  plan.speed.decode = scaled(plan.speed.decode, pace.decode);
  if (pace.prefill > 0) plan.speed.prefill = scaled(plan.speed.prefill, pace.prefill);
  if (share > 0) plan.full_decode = scaled(plan.full_decode, pace.decode * share);
}

int half_the_context(const plan::RunPlan& plan, int most) {
  return static_cast<int>(std::min<std::int64_t>(most, plan.context.value / 2));
}

/// The counts of threads worth measuring: one where there is a GPU.
std::vector<int> thread_counts(const plan::RunPlan& plan, int cores) {
  if (plan.on_gpu || cores == 1) return {plan.threads};
  // All cores first: where time runs out that is the one to know.
  std::vector<int> counts{cores};
  for (const auto fewer : {cores - 1, cores / 2, 1})
    if (fewer >= 1 && !std::ranges::contains(counts, fewer)) counts.push_back(fewer);
  return counts;
}

}  // namespace

bool is_busy() {
  constexpr double percent_of_an_idle_machine = 10;
  return engine::Gauge({}).read(0).cpu_stall > percent_of_an_idle_machine;
}

Facts::Facts(const Context& context, const fs::path& server, const hw::Hardware& hardware)
    : context_(context),
      server_(server),
      machine_(std::format("{}|{}|{}", hardware.cpu.model, hardware.cpu.cores,
                           hardware.gpus.empty() ? "" : hardware.gpus.front().driver)),
      cores_(std::max(hardware.cpu.cores, 1)) {}

fs::path Facts::file(std::string_view kind, const plan::RunPlan& plan,
                     std::string_view more) const {
  auto key =
      std::format("{}|{}|{}|{}{}", machine_, plan.device, plan.device_label, more, stamp(server_));
  for (const auto& part : plan.files) key += stamp(part);
  return context_.paths.cache / kind / std::format("{:016x}", std::hash<std::string>{}(key));
}

fs::path Facts::proof_of(const plan::RunPlan& plan) const {
  return file("proved", plan,
              std::format("{}|{}|{}{}", plan.context.value, plan.ubatch, plan::to_string(plan.kv_k),
                          guesser(plan)));
}

bool Facts::proved(const plan::RunPlan& plan) const {
  std::error_code ignored;
  return fs::exists(proof_of(plan), ignored);
}

void Facts::remember_proved(const plan::RunPlan& plan) const {
  store(proof_of(plan), [](std::ostream&) {});
}

bool Facts::drafts_lose(const plan::RunPlan& plan) const {
  std::error_code ignored;
  return fs::exists(file("drafts-lose", plan, guesser(plan)), ignored);
}

void Facts::remember_drafts_lose(const plan::RunPlan& plan) const {
  store(file("drafts-lose", plan, guesser(plan)), [](std::ostream&) {});
}

std::optional<engine::Pace> Facts::pace(const plan::RunPlan& plan) const {
  const auto kept = file("pace", plan);
  std::error_code error;
  const auto written = fs::last_write_time(kept, error);
  if (error || fs::file_time_type::clock::now() - written > pace_is_old) return std::nullopt;
  std::ifstream in(kept);
  engine::Pace pace;
  if (!(in >> pace.threads >> pace.prefill >> pace.decode >> pace.ubatch)) return std::nullopt;
  const bool sane = pace.threads >= 1 && pace.threads <= 1024 && pace.decode > 0 &&
                    pace.ubatch >= 1 && pace.ubatch <= widest_ubatch;
  return sane ? std::optional(pace) : std::nullopt;
}

void Facts::remember_pace(const plan::RunPlan& plan, const engine::Pace& pace) const {
  store(file("pace", plan), [&](std::ostream& out) {
    out << pace.threads << ' ' << pace.prefill << ' ' << pace.decode << ' ' << pace.ubatch << '\n';
  });
}

// Replies are written behind a prompt, where a small model needs more threads than at its start.
// Each count of threads fills the cache twice: no more than half of the time is for that.
engine::Pace Facts::best_behind_a_prompt(const plan::RunPlan& plan, engine::Trial trial,
                                         const std::vector<engine::Pace>& paces,
                                         std::chrono::milliseconds left) const {
  const auto best = engine::best_pace(paces);
  trial.depth = half_the_context(plan, usual_depth);
  const auto fills = 2.0 * static_cast<double>(trial.threads.size()) * trial.depth;
  const std::chrono::duration<double> filling(fills / std::max(best.prefill, 1.0));
  if (trial.threads.size() == 1 || 2 * filling > left) return best;
  trial.prompt = 0;
  trial.limit = left;
  const auto env = engine_environment(context_.environment);
  const auto behind = engine::measure_pace(server_, plan, trial, env, context_.stop);
  if (!behind) return best;
  const auto threads = engine::best_pace(*behind).threads;
  const auto same = std::ranges::find(paces, threads, &engine::Pace::threads);
  return same == paces.end() ? best : *same;
}

Result<engine::Pace> Facts::try_out(const plan::RunPlan& plan, engine::Trial trial) const {
  const auto end = std::chrono::steady_clock::now() + trial.limit;
  const auto env = engine_environment(context_.environment);
  trial.threads = thread_counts(plan, cores_);
  trial.ubatches = {plan.ubatch};
  const auto paces = TRY(engine::measure_pace(server_, plan, trial, env, context_.stop));
  const auto left = [end] {
    return std::chrono::duration_cast<std::chrono::milliseconds>(end -
                                                                 std::chrono::steady_clock::now());
  };
  auto best = best_behind_a_prompt(plan, trial, paces, left());
  // A larger batch costs scratch memory and shows on long prompts only: where three of those, each
  // read twice, are soon done.
  const auto long_prompt = half_the_context(plan, widest_ubatch);
  const auto needs = std::chrono::duration<double>(6 * long_prompt / std::max(best.prefill, 1.0));
  if (long_prompt <= plan.ubatch || needs > left()) return best;
  trial.threads = {best.threads};
  for (auto wider = 2 * plan.ubatch; wider <= long_prompt; wider *= 2)
    trial.ubatches.push_back(wider);
  trial.prompt = long_prompt;
  trial.reply = 0;
  trial.repeat = 1;
  trial.limit = left();
  const auto wide = engine::measure_pace(server_, plan, trial, env, context_.stop);
  if (wide) best.ubatch = engine::best_prefill(*wide).ubatch;
  return best;
}

bool Facts::worth_a_glance(const plan::RunPlan& plan) const {
  constexpr auto soon_loaded = 4_GiB;
  Bytes weights;
  for (const auto& row : plan.ledger) weights += row.weights;
  std::error_code ignored;
  return weights <= soon_loaded && !pace(plan) && !fs::exists(file("glanced", plan), ignored);
}

void Facts::glance(const plan::RunPlan& plan) const {
  const auto seen = try_out(plan, {.prompt = 256, .reply = 24, .repeat = 1, .limit = glance_limit});
  store(file("glanced", plan), [](std::ostream&) {});
  if (seen) remember_pace(plan, *seen);
}

Result<engine::Pace> Facts::measure(const plan::RunPlan& plan) const {
  const bool disturbed = !plan.on_gpu && is_busy();
  const auto best = TRY(try_out(plan, {.limit = pace_limit}));
  // Others can make many threads look slow, never fast.
  if (!disturbed || best.threads >= cores_) remember_pace(plan, best);
  return best;
}

Result<std::vector<Bytes>> Facts::compute(const plan::RunPlan& plan) const {
  // What the host caches may take follows what is free, and no buffer follows it.
  auto lasting = plan;
  lasting.cache_ram = {};
  lasting.checkpoints = 0;
  lasting.threads = 1;
  std::string flags;
  for (const auto& flag : engine::memory_flags(lasting)) flags += flag + ' ';
  const auto kept = file("reckoned", plan, flags + guesser(plan));
  std::vector<Bytes> compute;
  std::ifstream in(kept);
  for (std::uint64_t bytes = 0; in >> bytes;) compute.emplace_back(bytes);
  if (compute.size() == plan.ledger.size()) return compute;
  const auto report = TRY(engine::probe(server_, plan, engine_environment(context_.environment),
                                        dry_run_limit, context_.stop));
  compute = engine::compute_by_row(plan, report);
  store(kept, [&](std::ostream& out) {
    for (const auto bytes : compute) out << bytes.value << '\n';
  });
  return compute;
}

Result<bool> reckon(const Facts& facts, std::vector<plan::RunPlan>& rungs) {
  while (!rungs.empty()) {
    const auto estimated = rungs.front();
    const auto compute = TRY(facts.compute(estimated));
    rungs.front() = plan::with_compute(estimated, compute);
    rungs.front().compute_known = true;
    for (auto& below : rungs) {
      if (&below == &rungs.front() || below.device != estimated.device) continue;
      std::vector<Bytes> more;
      for (std::size_t i = 0; i < below.ledger.size(); ++i) {
        const auto excess = i < compute.size() ? compute[i] - estimated.ledger[i].compute : Bytes{};
        more.push_back(below.ledger[i].compute + excess);
      }
      below = plan::with_compute(std::move(below), more);
    }
    if (plan::fits(rungs.front())) break;
    rungs.erase(rungs.begin());
  }
  std::erase_if(rungs, [](const plan::RunPlan& plan) { return !plan::fits(plan); });
  return !rungs.empty();
}

bool guesses_in_vain(const Facts& facts, const Config& config, const plan::RunPlan& plan) {
  if (!plan.guesses_with_weights() || config.text("engine.speculation") == "on") return false;
  if (facts.drafts_lose(plan)) return true;
  return plan.draft_by == plan::DraftBy::layers && !plan.on_gpu && !facts.pace(plan);
}

void settle(const Facts& facts, const Config& config, plan::RunPlan& plan) {
  if (const auto pace = facts.pace(plan)) {
    if (!plan.on_gpu) plan.threads = pace->threads;
    use_pace(*pace, plan);
  }
  if (plan.guesses_with_weights() || config.text("engine.speculation") == "on") return;
  if (!plan::drafts_are_cheap(plan) || facts.drafts_lose(plan)) plan.draft = 0;
}

}  // namespace plim::app
