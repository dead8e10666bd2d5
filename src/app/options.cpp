#include "app/options.hpp"

#include <map>
#include <memory>

#include <CLI/CLI.hpp>

#include "app/version.hpp"

namespace plim::app {
namespace {

// Flags that only set a configuration value, so that file, environment and flag are one thing.
class SettingFlags {
 public:
  void add(CLI::App* app, const std::string& flags, const std::string& key,
           const std::string& help) {
    auto value = std::make_unique<std::string>();
    app->add_option(flags, *value, help);
    values_.emplace_back(key, std::move(value));
  }

  [[nodiscard]] std::vector<std::pair<std::string, std::string>> given() const {
    std::vector<std::pair<std::string, std::string>> out;
    for (const auto& [key, value] : values_) {
      if (!value->empty()) out.emplace_back(key, *value);
    }
    return out;
  }

 private:
  std::vector<std::pair<std::string, std::unique_ptr<std::string>>> values_;
};

void add_engine_flags(CLI::App* app, SettingFlags& flags) {
  flags.add(app, "-m,--model", "model.path", "GGUF file; with --endpoint, the model's name there");
  flags.add(app, "--ctx", "model.context", "context in tokens (default: what fits)");
  flags.add(app, "--device", "model.device", "auto, cpu, or a GPU such as CUDA0");
  flags.add(app, "--engine", "engine.dir", "folder of llama-server");
  flags.add(app, "--draft", "engine.draft", "GGUF file of a smaller model that guesses tokens");
}

void add_run_flags(CLI::App* app, SettingFlags& flags, RunCommand& run) {
  add_engine_flags(app, flags);
  flags.add(app, "--endpoint", "engine.endpoint", "URL of an OpenAI-compatible server to use");
  flags.add(app, "--api-key-env", "engine.api_key_env", "variable that holds the endpoint's key");
  flags.add(app, "--test", "agent.test_command", "command that proves the task done");
  flags.add(app, "--max-turns", "agent.max_turns", "model replies until it gives up");
  flags.add(app, "--attempts", "agent.attempts", "fresh starts after failing tests (default 1)");
  flags.add(app, "--time-limit", "agent.time_limit_s", "seconds until it gives up");
  flags.add(app, "--temperature", "agent.temperature", "sampling temperature");
  flags.add(app, "--seed", "agent.seed", "sampling seed");
  app->add_flag("-y,--yes", run.yes, "allow edits and sandboxed commands without asking");
  app->add_flag("--read-only", run.read_only, "change nothing");
  app->add_flag("--plan", run.plan, "change nothing, and end with a plan that resume carries out");
  app->add_flag("--unconfined", run.unconfined, "allow commands where no sandbox can be had");
  app->add_flag("--no-verify", run.no_verify, "do not run the project's tests at the end");
  app->add_flag("--json", run.json, "stream events as lines of JSON");
}

void add_plan_flags(CLI::App* app, SettingFlags& flags, PlanCommand& plan) {
  flags.add(app, "-m,--model", "model.path", "as MODEL, for scripts");
  flags.add(app, "--ctx", "model.context", "context in tokens (default: what fits)");
  flags.add(app, "--device", "model.device", "auto, cpu, or a GPU of this machine");
  flags.add(app, "--engine", "engine.dir", "folder of llama-server");
  flags.add(app, "--draft", "engine.draft", "GGUF file of a smaller model that guesses tokens");
  app->add_option("models", plan.models, "GGUF files, URLs, or names of the catalogue");
  app->add_option("--gpu", plan.machine.gpus,
                  "plan for this GPU instead, or for \"2x RTX 3090\"; several share the model")
      ->allow_extra_args(false)
      ->take_all();
  app->add_option("--vram", plan.machine.vram, "plan for a GPU of this memory, e.g. 24GiB");
  app->add_option("--bandwidth", plan.machine.bandwidth,
                  "its memory's GB/s, for the speed of a reply");
  app->add_option("--tflops", plan.machine.tflops, "its f32 TFLOPS, for the speed of a prompt");
  app->add_option("--ram", plan.machine.ram, "RAM of that machine; alone: of one without a GPU");
  app->add_option("--kv", plan.kv, "cache type of K, or K/V: f16, q8_0, q8_0/q5_1…");
  app->add_option("--ubatch", plan.ubatch, "tokens computed at once")->check(CLI::Range(1, 65536));
  app->add_option("--slots", plan.slots, "conversations at once")->check(CLI::Range(1, 256));
  app->add_option("--reserve", plan.reserve, "memory that stays free on each GPU");
  app->add_option("--quant", plan.quant, "quantization of a model of the catalogue");
  app->add_flag("--kv-unified", plan.unified, "slots share one cache");
  app->add_flag("--swa-full", plan.full_windows, "sliding windows remember everything");
  app->add_flag("--offload", plan.offload, "allow layers or experts in RAM, which is slow");
  app->add_flag("--no-probe", plan.no_probe, "estimate compute buffers, do not ask the engine");
  app->add_flag("--calibrate", plan.calibrate,
                "measure the speed here first, 15 s at most, and remember it");
  app->add_flag("--json", plan.json, "as JSON");
  app->add_option("--svg", plan.svg, "draw it into this file");
  app->footer("\nExit codes: 0 it fits, 6 it does not, 1 it could not be told, 2 wrong usage.");
}

void add_search_flags(CLI::App* app, SearchCommand& search) {
  auto* query = app->add_option("query", search.query, "the task or question, in your words");
  auto* file =
      app->add_option("--query-file", search.query_file, "read it from a file; - is stdin");
  query->excludes(file);
  auto* log = app->add_option("--log", search.log, "an error log to start from; - is stdin");
  auto* companions = app->add_option("--companions", search.companions,
                                     "files: list what goes with them, tests and headers, what\n"
                                     "they import, what is changed together with them");
  companions->excludes(query)->excludes(file)->excludes(log);
  app->add_option("--limit", search.limit, "at most so many of each")->check(CLI::Range(1, 1000));
  auto* files = app->add_flag("--files", search.files_only, "paths only, one a line, best first");
  app->add_flag("--functions", search.functions_only, "functions only")
      ->excludes(files)
      ->excludes(companions);
  app->add_flag("--json", search.json, "as JSON");
}

constexpr auto exit_codes = R"(
Exit codes of run and resume:
  0 done, and the tests pass    1 failed       2 wrong usage    3 done, but not verified
  4 the engine failed           5 refused      130 interrupted
A task that starts with a dash goes after --.)";

/// Every command as its flags fill it, and the one that was asked for.
struct Commands {
  RunCommand run;
  RunCommand resume{.resume = true};
  UndoCommand undo;
  LogCommand log;
  PlanCommand plan;
  SearchCommand search;
  ContextCommand context;
  DocsCommand docs;
  McpCommand mcp;
  DoctorCommand doctor;
  ConfigCommand config;
  Command asked_for;
  SettingFlags flags;

  template <class C>
  CLI::App* add(CLI::App& app, C& command, const std::string& name, const std::string& about) {
    auto* sub = app.add_subcommand(name, about);
    sub->callback([this, &command] { asked_for = command; });
    return sub;
  }
};

void add_working_commands(CLI::App& app, Commands& commands) {
  auto* run = commands.add(app, commands.run, "run", "work on a task in this project");
  run->add_option("task", commands.run.task, "what to do, in your words")->required();
  add_run_flags(run, commands.flags, commands.run);
  run->footer(exit_codes);

  auto* resume = commands.add(app, commands.resume, "resume", "go on with a session");
  resume->add_option("session", commands.resume.session, "its id (default: the latest here)");
  resume->add_option("task", commands.resume.task, "what to do next (default: go on)");
  add_run_flags(resume, commands.flags, commands.resume);

  auto* undo =
      commands.add(app, commands.undo, "undo", "take a session's changes to your files back");
  undo->add_option("session", commands.undo.session,
                   "its id (default: the latest that changed files)");

  auto* log = commands.add(app, commands.log, "log", "list sessions, or show one");
  log->add_option("session", commands.log.session, "its id");
  log->add_flag("--json", commands.log.json, "as lines of JSON");
}

void add_machine_commands(CLI::App& app, Commands& commands) {
  auto* doctor =
      commands.add(app, commands.doctor, "doctor", "what is wrong here, and what mends it");
  auto& flags = commands.flags;
  flags.add(doctor, "-m,--model", "model.path", "GGUF file to run");
  flags.add(doctor, "--ctx", "model.context", "context in tokens (default: what fits)");
  flags.add(doctor, "--device", "model.device", "auto, cpu, or a GPU's name such as CUDA0");
  flags.add(doctor, "--engine", "engine.dir", "folder of llama-server");
  flags.add(doctor, "--draft", "engine.draft", "GGUF file of a smaller model that guesses tokens");
  doctor->add_flag("--no-start", commands.doctor.no_start,
                   "do not start the engine to prove the plan");

  add_plan_flags(
      commands.add(app, commands.plan, "plan", "what fits this machine: memory, to the MiB"), flags,
      commands.plan);

  auto* config =
      commands.add(app, commands.config, "config", "each setting, its value and its origin");
  config->add_flag("--json", commands.config.json, "as JSON");
}

void add_finding_commands(CLI::App& app, Commands& commands) {
  add_search_flags(
      commands.add(app, commands.search, "search", "which files and functions a task is about"),
      commands.search);

  auto* context =
      commands.add(app, commands.context, "context", "what a model would be given for a task");
  context->add_option("task", commands.context.task, "what is to be done, in your words")
      ->required();
  context->add_option("--budget", commands.context.budget, "tokens (default: as in plim run)")
      ->check(CLI::Range(1, 1'000'000));
  commands.flags.add(context, "--ctx", "model.context",
                     "the model's context, which sets the budget");
  context->add_flag("--json", commands.context.json, "as JSON, piece by piece");

  auto* docs = commands.add(app, commands.docs, "docs", "look a symbol or a question up, offline");
  docs->add_option("question", commands.docs.question, "a symbol, or words")->required();
  docs->add_option("--package", commands.docs.package, "only this dependency; man: manual pages");
  docs->add_option("--limit", commands.docs.limit, "at most so many")->check(CLI::Range(1, 100));
  docs->add_flag("--json", commands.docs.json, "as JSON");

  commands.add(app, commands.mcp, "mcp", "search and context as tools for other agents (stdio)");
}

}  // namespace

Result<Invocation> parse_arguments(std::span<char* const> args) {
  Invocation invocation;
  Commands commands;
  CLI::App app("plim: a local AI coding agent that never loads your GPU past the line", "plim");
  app.set_version_flag("--version", std::string("plim ") + version);
  app.footer(exit_codes);
  app.add_option("-C", invocation.directory, "the project (default: the current folder)");
  app.require_subcommand(1);
  add_working_commands(app, commands);
  add_finding_commands(app, commands);
  add_machine_commands(app, commands);

  try {  // CLI11 reports by exception; none leaves this function.
    app.parse(static_cast<int>(args.size()), args.data());
  } catch (const CLI::CallForHelp&) {
    const auto chosen = app.get_subcommands();
    invocation.command = PrintAndExit{chosen.empty() ? app.help() : chosen.front()->help(), 0};
    return invocation;
  } catch (const CLI::CallForVersion&) {
    invocation.command = PrintAndExit{std::string("plim ") + version + "\n", 0};
    return invocation;
  } catch (const CLI::ParseError& error) {
    if (args.size() < 2) {
      invocation.command = PrintAndExit{app.help(), 2};
      return invocation;
    }
    return fail(Errc::invalid, "{} (plim --help shows what there is)", error.what());
  }
  invocation.command = std::move(commands.asked_for);
  invocation.settings = commands.flags.given();
  return invocation;
}

}  // namespace plim::app
