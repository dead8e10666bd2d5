#include <algorithm>
#include <ranges>

#include <nlohmann/json.hpp>

#include "engine/json_read.hpp"
#include "engine/pace.hpp"
#include "sys/process.hpp"

namespace plim::engine {
namespace {

constexpr double as_good = 0.97;
constexpr double as_good_at_prompts = 0.95;

std::string joined(const std::vector<int>& numbers) {
  std::string text;
  for (const auto number : numbers) text += (text.empty() ? "" : ",") + std::to_string(number);
  return text;
}

// Of those that were measured and reach `share` of the fastest `rate`, the one with the least
// `cost`.
template <class Cost>
Pace cheapest_of_the_fast(const std::vector<Pace>& paces, double Pace::* rate, double share,
                          Cost Pace::* cost) {
  Pace best;
  if (paces.empty()) return best;
  const auto fastest = std::ranges::max(paces, {}, rate).*rate;
  for (const auto& pace : paces) {
    const bool enough = pace.*rate > 0 && pace.*rate >= share * fastest;
    if (enough && (best.*rate == 0 || pace.*cost < best.*cost)) best = pace;
  }
  return best;
}

// llama-bench spells lists with other separators than llama-server does.
std::vector<std::string> placed(const plan::RunPlan& plan) {
  if (!plan.on_gpu) return {"-dev", "none", "-ngl", "0"};
  auto devices = plan.device;
  std::ranges::replace(devices, ',', '/');
  std::vector<std::string> arguments{
      "-dev", std::move(devices), "-ngl",
      std::to_string(plan.host_layers == 0 ? 999 : plan.layers + 1 - plan.host_layers)};
  if (plan.host_experts > 0) {
    arguments.insert(arguments.end(), {"-ncmoe", std::to_string(plan.host_experts)});
  }
  std::string split;
  for (const auto share : plan.split) split += (split.empty() ? "" : "/") + std::to_string(share);
  if (!split.empty()) arguments.insert(arguments.end(), {"-ts", split});
  return arguments;
}

}  // namespace

std::vector<Pace> parse_paces(std::string_view output) {
  std::vector<Pace> paces;
  for (const auto part : std::views::split(output, '\n')) {
    const auto line = nlohmann::json::parse(std::string_view(part), nullptr, false);
    const auto threads = count_at(line, "n_threads");
    const auto rate = number_at(line, "avg_ts");
    const auto ubatch = count_at(line, "n_ubatch");
    if (threads <= 0 || threads > 4096 || ubatch <= 0 || ubatch > 65'536 || rate <= 0) continue;
    const Pace fresh{.threads = static_cast<int>(threads),
                     .ubatch = static_cast<std::int32_t>(ubatch)};
    auto pace = std::ranges::find_if(paces, [&](const Pace& known) {
      return known.threads == fresh.threads && known.ubatch == fresh.ubatch;
    });
    if (pace == paces.end()) pace = paces.insert(pace, fresh);
    (count_at(line, "n_gen") > 0 ? pace->decode : pace->prefill) = rate;
  }
  return paces;
}

Pace best_pace(const std::vector<Pace>& paces) {
  return cheapest_of_the_fast(paces, &Pace::decode, as_good, &Pace::threads);
}

Pace best_prefill(const std::vector<Pace>& paces) {
  return cheapest_of_the_fast(paces, &Pace::prefill, as_good_at_prompts, &Pace::ubatch);
}

Result<std::vector<Pace>> measure_pace(const std::filesystem::path& server,
                                       const plan::RunPlan& plan, const Trial& trial,
                                       const std::vector<std::string>& env, std::stop_token stop) {
  const auto program = TRY(sys::find_program((server.parent_path() / "llama-bench").string(), ""));
  if (plan.files.empty()) return fail(Errc::invalid, "the plan names no model file");
  sys::Command command{.argv = {program.string()}, .env = env};
  for (const std::string more : {"-m", plan.files.front().string().c_str(), "-o", "jsonl", "-fa",
                                 plan.flash_attention ? "on" : "off", "--offline"}) {
    command.argv.push_back(more);
  }
  std::ranges::move(placed(plan), std::back_inserter(command.argv));
  command.argv.insert(
      command.argv.end(),
      {"-t", joined(trial.threads), "-ub", joined(trial.ubatches), "-b",
       std::to_string(std::max(plan.batch, std::ranges::max(trial.ubatches))), "-p",
       std::to_string(trial.prompt), "-n", std::to_string(trial.reply), "-r",
       std::to_string(trial.repeat), "-d", std::to_string(trial.depth), "-ctk",
       std::string(to_string(plan.kv_k)), "-ctv", std::string(to_string(plan.kv_v))});
  const auto ran = TRY(sys::run(command, {.timeout = trial.limit}, std::move(stop)));
  auto paces = parse_paces(ran.head);
  std::erase_if(paces, [&](const Pace& pace) { return trial.reply > 0 && pace.decode <= 0; });
  if (!paces.empty()) return paces;
  if (ran.timed_out) {
    return fail(Errc::timeout, "llama-bench measured nothing within {}", trial.limit);
  }
  return fail(Errc::io, "llama-bench failed (exit {})", ran.status.code);
}

}  // namespace plim::engine
