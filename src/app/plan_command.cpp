#include <algorithm>
#include <chrono>
#include <filesystem>
#include <format>
#include <fstream>
#include <print>
#include <ranges>

#include "app/calibration.hpp"
#include "app/commands.hpp"
#include "app/machine.hpp"
#include "app/model_source.hpp"
#include "app/plan_json.hpp"
#include "app/sizes.hpp"
#include "base/utf8.hpp"
#include "engine/launch.hpp"
#include "engine/probe.hpp"
#include "sys/terminal.hpp"

namespace plim::app {
namespace {

constexpr int does_not_fit = 6;

Result<plan::KvType> kv_type(std::string_view name) {
  if (const auto type = plan::parse_kv_type(name)) return *type;
  return fail(Errc::invalid,
              "--kv {}: the cache types are f32, f16, bf16, q8_0, q5_1, q5_0, q4_1, q4_0, iq4_nl",
              name);
}

Result<void> read_kv(const std::string& text, plan::Wishes& wishes) {
  if (text.empty()) return {};
  const auto slash = text.find('/');
  wishes.kv_types = {TRY(kv_type(text.substr(0, slash)))};
  if (slash != std::string::npos) wishes.kv_v = TRY(kv_type(text.substr(slash + 1)));
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

/// What drivers took in earlier loads with the engine of now.
std::vector<plan::Overhead> known_overheads(const Context& context, const hw::Hardware& hardware) {
  const auto server =
      engine::find_llama_server(context.config.text("engine.dir"), context.paths.program_path);
  std::error_code ignored;
  if (!server || !std::filesystem::exists(context.paths.state / "overheads.tsv", ignored))
    return {};
  const auto version =
      engine::check_version(*server, engine_environment(context.environment), context.stop);
  return version ? read_overheads(context.paths.state, hardware, version->text)
                 : std::vector<plan::Overhead>{};
}

constexpr auto probe_limit = std::chrono::milliseconds(2500);

/// Puts the engine's own figures in the place of the estimates, where it can be asked: a model that
/// is a file, on this machine.
void ask_engine(plan::Assessment& answer, const Context& context) {
  auto& plan = answer.plan;
  const auto server =
      engine::find_llama_server(context.config.text("engine.dir"), context.paths.program_path);
  std::error_code ignored;
  if (!server || plan.files.empty() || !std::filesystem::exists(plan.files.front(), ignored))
    return;
  const auto report = engine::probe(*server, plan, engine_environment(context.environment),
                                    probe_limit, context.stop);
  if (!report) {
    plan.warnings.push_back(
        std::format("Compute buffers are estimates: {}.", report.error().message));
    return;
  }
  const auto compute = engine::compute_by_row(plan, *report);
  plan = plan::with_compute(std::move(plan), compute);
  answer.fits = answer.fits && plan::fits(plan);
}

}  // namespace

Result<int> execute(const PlanCommand& command, const Context& context) {
  auto wishes = TRY(wishes_of(command, context.config));
  const auto hardware =
      TRY(command.machine.any() ? imagine(command.machine) : look_at_machine(context));
  if (!command.machine.any()) wishes.overheads = known_overheads(context, hardware);
  std::vector<gguf::Header> models;
  std::vector<std::string> notes;
  for (const auto& name : command.models.empty() ? std::vector<std::string>{""} : command.models) {
    auto source = TRY(find_model(name, command.quant, context));
    models.push_back(std::move(source.header));
    if (!source.note.empty()) notes.push_back(std::move(source.note));
  }
  auto answers = TRY(plan::assess_together(hardware, models, wishes));
  if (!command.machine.any() && !command.no_probe) {
    for (auto& answer : answers) ask_engine(answer, context);
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
