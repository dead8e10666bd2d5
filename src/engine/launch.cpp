#include "engine/launch.hpp"

#include <charconv>
#include <format>

#include "base/utf8.hpp"
#include "sys/process.hpp"

namespace plim::engine {
namespace {

constexpr std::string_view mend =
    "install Debian's llama.cpp package (0.7 or newer), or set engine.dir to a folder with "
    "llama-server";

// Takes a number and the character behind it off the front of `text`.
Result<int> take_number(std::string_view& text) {
  int number = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  if (parsed.ec != std::errc()) return fail(Errc::protocol, "not a version");
  text.remove_prefix(static_cast<std::size_t>(parsed.ptr - text.data()));
  if (!text.empty() && text.front() == '.') text.remove_prefix(1);
  return number;
}

std::string joined(const std::vector<std::size_t>& numbers) {
  std::string text;
  for (const auto number : numbers) text += (text.empty() ? "" : ",") + std::to_string(number);
  return text;
}

std::vector<std::string> device_arguments(const plan::RunPlan& plan) {
  if (!plan.on_gpu) return {"--device", "none", "--gpu-layers", "0"};
  // The output layer counts as one.
  const auto layers =
      plan.host_layers == 0 ? "all" : std::to_string(plan.layers + 1 - plan.host_layers);
  std::vector<std::string> arguments{"--device", plan.device, "--gpu-layers", layers};
  const auto add = [&](std::initializer_list<std::string> more) {
    arguments.insert(arguments.end(), more);
  };
  if (plan.host_experts > 0) add({"--n-cpu-moe", std::to_string(plan.host_experts)});
  if (!plan.split.empty()) add({"--split-mode", "layer", "--tensor-split", joined(plan.split)});
  return arguments;
}

std::vector<std::string> draft_arguments(const plan::RunPlan& plan) {
  if (plan.draft == 0) return {};
  const auto most = std::to_string(plan.draft);
  // Of the engine's ways to guess from the text itself the one that gained most where code is
  // repeated, and lost least elsewhere (docs/benchmarks.md, "The engine").
  if (plan.draft_by == plan::DraftBy::text)
    return {"--spec-type",
            "ngram-mod",
            "--spec-ngram-mod-n-match",
            "24",
            "--spec-ngram-mod-n-min",
            "2",
            "--spec-ngram-mod-n-max",
            most};
  std::vector<std::string> arguments{"--spec-draft-n-max",  most,
                                     "--spec-draft-type-k", std::string(to_string(plan.draft_k)),
                                     "--spec-draft-type-v", std::string(to_string(plan.draft_v)),
                                     "--spec-type"};
  if (plan.draft_by == plan::DraftBy::layers) {
    arguments.emplace_back("draft-mtp");
    return arguments;
  }
  arguments.insert(arguments.end(), {"draft-simple", "--spec-draft-device", plan.draft_device,
                                     "--spec-draft-ngl", plan.on_gpu ? "all" : "0"});
  return arguments;
}

}  // namespace

Bytes memory_limit(const plan::RunPlan& plan) {
  if (plan.ledger.empty()) return {};
  // What a GPU without memory of its own takes counts as RAM, too.
  Bytes all;
  for (const auto& row : plan.ledger) all += row.needed();
  const auto& host = plan.ledger.back();
  const auto room = std::max(host.free - host.reserve, host.needed());
  return std::min(all + Bytes{all.value / 8} + 2_GiB, room);
}

Result<std::filesystem::path> find_llama_server(const std::filesystem::path& engine_dir,
                                                const std::string& path) {
  const auto dirs = engine_dir.empty()
                        ? path
                        : std::format("{}:{}", engine_dir.string(), (engine_dir / "bin").string());
  auto found = sys::find_program("llama-server", dirs);
  if (found) return found;
  const auto where = engine_dir.empty() ? std::string("on PATH") : "in " + engine_dir.string();
  return fail(Errc::not_found, "there is no llama-server {}: {}", where, mend);
}

Result<EngineVersion> parse_version(std::string_view output) {
  constexpr std::string_view label = "version: ";
  const auto start = output.find(label);
  if (start == std::string_view::npos)
    return fail(Errc::protocol, "no version in \"{}\"", terminal_safe(utf8_prefix(output, 80)));
  output.remove_prefix(start + label.size());
  const auto line = output.substr(0, output.find('\n'));
  auto rest = line;
  EngineVersion version{0, 0, 0, std::string(line)};
  version.major = TRY(take_number(rest));
  version.minor = TRY(take_number(rest));
  version.patch = TRY(take_number(rest));
  return version;
}

Result<EngineVersion> check_version(const std::filesystem::path& program,
                                    const std::vector<std::string>& env, std::stop_token stop,
                                    std::chrono::milliseconds limit) {
  const auto ran = TRY(sys::run({.argv = {program.string(), "--version"}, .env = env},
                                {.timeout = limit}, std::move(stop)));
  if (ran.timed_out) {
    return fail(Errc::timeout, "{} did not tell its version within {}", program.string(),
                std::chrono::floor<std::chrono::seconds>(limit));
  }
  auto version = parse_version(ran.head).transform_error(
      during(std::format("asking {} for its version", program.string())));
  if (!version) return version;
  if (version->major == 0 && version->minor < 7) {
    return fail(Errc::not_found, "{} is llama.cpp {}, which is too old: {}", program.string(),
                version->text, mend);
  }
  return version;
}

std::vector<std::string> memory_flags(const plan::RunPlan& plan) {
  auto arguments = device_arguments(plan);
  const auto add = [&](std::initializer_list<std::string> more) {
    arguments.insert(arguments.end(), more);
  };
  add({"--fit", "off", "--ctx-size", std::to_string(plan.context.value)});
  add({"--parallel", std::to_string(plan.slots)});
  if (plan.unified) add({"--kv-unified"});
  if (plan.full_windows) add({"--swa-full"});
  add({"--batch-size", std::to_string(plan.batch), "--ubatch-size", std::to_string(plan.ubatch)});
  add({"--flash-attn", plan.flash_attention ? "on" : "off"});
  add({"--cache-type-k", std::string(to_string(plan.kv_k))});
  add({"--cache-type-v", std::string(to_string(plan.kv_v))});
  add({"--threads", std::to_string(plan.threads)});
  add({"--cache-ram", std::to_string(plan.cache_ram.value >> 20U)});
  add({"--ctx-checkpoints", std::to_string(plan.checkpoints)});
  std::ranges::move(draft_arguments(plan), std::back_inserter(arguments));
  return arguments;
}

std::vector<std::string> server_arguments(const plan::RunPlan& plan, const Listening& at) {
  auto arguments = memory_flags(plan);
  const auto add = [&](std::initializer_list<std::string> more) {
    arguments.insert(arguments.end(), more);
  };
  add({"--model", at.model_files.empty() ? "" : at.model_files.front(), "--alias", plan.model});
  if (!at.draft_file.empty()) add({"--spec-draft-model", at.draft_file});
  add({"--no-context-shift", "--jinja", "--offline", "--no-ui", "--no-slots"});
  add({"--cors-origins", "localhost", "--no-cors-credentials"});
  add({"--host", at.host, "--port", "0", "--api-key-file", at.key_file});
  if (!at.slot_dir.empty()) add({"--slot-save-path", at.slot_dir});
  // Silence must mean that nothing happens: pings would hide a hang from the stall limit.
  add({"--sse-ping-interval", "-1"});
  // Buffer sizes and layer placement are logged from level 4 on; prompts only from 5.
  add({"--log-verbosity", "4", "--log-colors", "off"});
  return arguments;
}

}  // namespace plim::engine
