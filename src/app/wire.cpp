#include "app/wire.hpp"

#include <array>
#include <string_view>
#include <utility>

#include "app/local.hpp"
#include "engine/endpoint.hpp"

namespace plim::app {
namespace {

constexpr auto edit_formats = std::to_array<std::pair<std::string_view, tools::EditFormat>>({
    {"replace", tools::EditFormat::replace},
    {"line", tools::EditFormat::line},
    {"patch", tools::EditFormat::patch},
    {"whole", tools::EditFormat::whole},
});
constexpr auto patch_family = tools::EditFormat::patch;  // gpt-oss alone was trained on it

/// How the model edits best, by its own word: a comment in its chat template, the one text of a
/// model that its file holds and llama-server shows to whoever connects. Empty when it says
/// nothing.
std::string_view edit_format_of(std::string_view chat_template) {
  constexpr std::string_view mark = "{#- plimsoll: edit_format=";
  const auto at = chat_template.find(mark);
  if (at == std::string_view::npos) return {};
  const auto value = chat_template.substr(at + mark.size());
  return value.substr(0, value.find(' '));
}

Result<WiredEngine> wire_endpoint(const Context& context) {
  const auto& config = context.config;
  engine::Endpoint endpoint{.url = config.text("engine.endpoint")};
  // --model names a file for our own engine and a model for somebody else's.
  for (const auto* key : {"engine.model", "model.path"}) {
    if (!config.text(key).empty()) endpoint.model = config.text(key);
  }
  if (const auto& variable = config.text("engine.api_key_env"); !variable.empty()) {
    const auto found = context.environment.find(variable);
    if (found == context.environment.end()) {
      return fail(Errc::invalid, "engine.api_key_env names ${}, which is not set", variable);
    }
    endpoint.api_key = found->second;
  }
  if (const auto tokens = config.integer("model.context")) endpoint.context = Tokens{*tokens};
  endpoint.stall_limit = stall_limit(config);
  WiredEngine wired{.engine = TRY(engine::connect(endpoint, context.stop))};
  if (wired.engine->served().name.contains("gpt-oss")) wired.edit_format = patch_family;
  return wired;
}

Result<WiredEngine> wire_local(const Context& context, const Say& say) {
  const auto local = TRY(plan_local(context, say));
  const auto& first = local.rungs.front();
  say(plan_line(first));
  for (const auto& warning : first.warnings) say("note: " + warning);
  auto started = TRY(start_local(context, local));
  if (started->plan() != first) {
    say("note: the engine does not do as the first plan says; now: " + started->plan().reason);
    say(plan_line(started->plan()));
  }
  say(proof_line(started->server().proof()));
  say(isolation_line(started->server()));
  WiredEngine wired{.engine = std::move(started)};
  if (local.model.get<std::string>("general.architecture") == "gpt-oss") {
    wired.edit_format = patch_family;
  }
  wired.temperature = local.model.get<double>("general.sampling.temp");
  return wired;
}

}  // namespace

Result<WiredEngine> wire_engine(const Context& context, const Say& say) {
  auto wired = context.config.text("engine.endpoint").empty() ? wire_local(context, say)
                                                              : wire_endpoint(context);
  if (!wired) return wired;
  const auto own = edit_format_of(wired->engine->served().chat_template);
  const auto& users = context.config.text("agent.edit_format");
  for (const auto& [name, format] : edit_formats) {
    if (name == (users.empty() ? own : users)) wired->edit_format = format;
  }
  return wired;
}

}  // namespace plim::app
