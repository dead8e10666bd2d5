#include <algorithm>
#include <chrono>
#include <filesystem>
#include <format>
#include <fstream>
#include <print>
#include <ranges>

#include "app/calibration.hpp"
#include "app/commands.hpp"
#include "app/facts.hpp"
#include "app/guessing.hpp"
#include "app/machine.hpp"
#include "app/model_source.hpp"
#include "app/plan_json.hpp"
#include "app/sizes.hpp"
#include "base/utf8.hpp"
#include "engine/launch.hpp"
#include "sys/terminal.hpp"

namespace plim::app {
namespace {

constexpr int does_not_fit = 6;

Result<plan::KvType> kv_type(const std::string& text, std::string_view name) {
  if (const auto type = plan::parse_kv_type(name)) return *type;
  return fail(Errc::invalid,
              "--kv {}: the cache types are f32, f16, bf16, q8_0, q5_1, q5_0, q4_1, q4_0 and "
              "iq4_nl, one for both or as K/V",
              text);
}

Result<void> read_kv(const std::string& text, plan::Wishes& wishes) {
  if (text.empty()) return {};
  const auto slash = text.find('/');
  wishes.kv_types = {TRY(kv_type(text, text.substr(0, slash)))};
  if (slash != std::string::npos) wishes.kv_v = TRY(kv_type(text, text.substr(slash + 1)));
  return {};
}

Result<plan::Wishes> wishes_of(const PlanCommand& command, const Config& config) {
  plan::Wishes wishes{.slots = command.slots,
                      .unified = command.unified,
                      .full_windows = command.full_windows,
                      .offload = command.offload,
                      .ubatch = command.ubatch};
  wishes.batch = std::max(wishes.batch, wishes.ubatch);
  if (const auto context = config.integer("model.context")) wishes.context = Tokens{*context};
  if (const auto reserve = config.integer("model.reserve_mib")) {
    wishes.reserve = 1_MiB * static_cast<std::uint64_t>(*reserve);
  }
  if (!command.reserve.empty()) {
    const auto reserve = parse_size(command.reserve);
    if (!reserve && command.reserve != "0") {
      return fail(Errc::invalid, "--reserve {} is no amount of memory such as 2GiB",
                  command.reserve);
    }
    wishes.reserve = reserve.value_or(Bytes{});
  }
  TRY(read_kv(command.kv, wishes));
  // Cards that are not here can only be named by --gpu.
  if (!command.machine.any()) wishes.device = config.text("model.device");
  return wishes;
}

Result<void> write_svg(const std::string& file, const std::vector<plan::Assessment>& answers) {
  auto whole = answers.front();
  if (answers.size() > 1) {
    whole.fits = std::ranges::all_of(answers, &plan::Assessment::fits);
    whole.plan.ledger = plan::merge(answers);
    for (const auto& answer : answers | std::views::drop(1)) {
      whole.plan.model += " + " + answer.plan.model;
    }
  }
  std::ofstream out(file, std::ios::binary);
  out << plan::to_svg(whole);
  out.close();
  if (!out) return fail(Errc::io, "cannot write {}", file);
  return {};
}

void print_text(const std::vector<plan::Assessment>& answers) {
  const auto width = sys::terminal_width(1);
  for (const auto& answer : answers) {
    if (&answer != &answers.front()) std::println("");
    std::print("{}", terminal_safe(plan::to_text(answer, width)));
  }
}

/// The engine that would run it; none where it is not installed.
struct Installed {
  std::filesystem::path server;
  std::string build;
};

std::optional<Installed> find_engine(const Context& context) {
  const auto server =
      engine::find_llama_server(context.config.text("engine.dir"), context.paths.program_path);
  if (!server) return std::nullopt;
  const auto version =
      engine::check_version(*server, engine_environment(context.environment), context.stop);
  return version ? std::optional(Installed{*server, version->text}) : std::nullopt;
}

/// Puts the engine's own figures in the place of the estimates: of a model that is a file, on this
/// machine.
void ask_engine(const Facts& facts, plan::Assessment& answer) {
  auto& plan = answer.plan;
  const auto compute = facts.compute(plan);
  if (!compute) {
    plan.warnings.push_back(
        std::format("Compute buffers are estimates: {}.", compute.error().message));
    return;
  }
  plan = plan::with_compute(std::move(plan), *compute);
  plan.compute_known = true;
  if (!answer.fits || plan::fits(plan)) return;
  answer.fits = false;
  plan.rung = "does not fit";
  plan.reason = "By the engine's own dry run it needs more scratch memory than there is.";
}

/// Measures how fast the engine is with this plan here.
void calibrate(const Facts& facts, const plan::RunPlan& plan, std::vector<std::string>& notes) {
  const auto pace = facts.measure(plan);
  if (!pace) return notes.push_back("Not calibrated: " + pace.error().message + ".");
  if (facts.pace(plan)) return;
  notes.push_back(
      std::format("Measured {:.0f} tokens/s of a reply, but others keep the "
                  "processor busy: not remembered.",
                  pace->decode));
}

/// `wishes` as what was measured here changes them: the ubatch, unless the user named one, and no
/// guessing in vain.
plan::Wishes learnt(const Facts& facts, const Config& config, const plan::RunPlan& plan,
                    plan::Wishes wishes) {
  if (guesses_in_vain(facts, config, plan)) wishes.draft_ahead = 0;
  const auto pace = facts.pace(plan);
  if (pace && wishes.ubatch == plan::Wishes().ubatch) wishes.ubatch = pace->ubatch;
  wishes.batch = std::max(wishes.batch, wishes.ubatch);
  return wishes;
}

bool is_here(const plan::RunPlan& plan) {
  std::error_code ignored;
  return !plan.files.empty() && std::filesystem::exists(plan.files.front(), ignored);
}

}  // namespace

Result<int> execute(const PlanCommand& command, const Context& context) {
  auto wishes = TRY(wishes_of(command, context.config));
  const auto hardware =
      TRY(command.machine.any() ? imagine(command.machine) : look_at_machine(context));
  const auto engine = command.machine.any() ? std::nullopt : find_engine(context);
  if (engine) wishes.overheads = read_overheads(context.paths.state, hardware, engine->build);
  std::vector<gguf::Header> models;
  std::vector<std::string> notes;
  for (const auto& name : command.models.empty() ? std::vector<std::string>{""} : command.models) {
    auto source = TRY(find_model(name, command.quant, context));
    models.push_back(std::move(source.header));
    if (!source.note.empty()) notes.push_back(std::move(source.note));
  }
  TRY(wish_guesses(context.config, models.front(), wishes, notes));
  auto answers = TRY(plan::assess_together(hardware, models, wishes));
  if (engine && is_here(answers.front().plan)) {
    const auto& first = answers.front().plan;
    const Facts facts(context, engine->server, hardware);
    if (command.calibrate && answers.front().fits) calibrate(facts, first, notes);
    auto better =
        TRY(plan::assess_together(hardware, models, learnt(facts, context.config, first, wishes)));
    if (plan::gives_as_much(better.front().plan, first)) answers = std::move(better);
  }
  for (auto& answer : answers) {
    if (!engine || !is_here(answer.plan)) continue;
    const Facts facts(context, engine->server, hardware);
    if (!command.no_probe) ask_engine(facts, answer);
    settle(facts, context.config, answer.plan);
  }
  for (const auto& note : hardware.notes) notes.push_back(note.text);
  auto& warnings = answers.front().plan.warnings;
  warnings.insert(warnings.end(), notes.begin(), notes.end());
  if (!command.svg.empty()) TRY(write_svg(command.svg, answers));
  if (command.json) {
    std::println("{}", to_json(answers));
  } else {
    print_text(answers);
  }
  return std::ranges::all_of(answers, &plan::Assessment::fits) ? 0 : does_not_fit;
}

}  // namespace plim::app
