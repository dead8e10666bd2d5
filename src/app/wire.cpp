#include "app/wire.hpp"

#include <utility>

#include "app/local.hpp"
#include "engine/endpoint.hpp"

namespace plim::app {
namespace {

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
  return WiredEngine{.engine = TRY(engine::connect(endpoint, context.stop))};
}

Result<WiredEngine> wire_local(const Context& context, const Say& say) {
  const auto local = TRY(plan_local(context));
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
  wired.takes_packet = local.model.get<bool>("plimsoll.packet");
  if (local.model.get<std::string>("plimsoll.edit_format") == "line") {
    wired.edit_format = tools::EditFormat::line;
  } else if (local.model.get<std::string>("general.architecture") == "gpt-oss") {
    wired.edit_format = tools::EditFormat::patch;  // the one family that was trained on it
  }
  wired.temperature = local.model.get<double>("general.sampling.temp");
  return wired;
}

}  // namespace

Result<WiredEngine> wire_engine(const Context& context, const Say& say) {
  auto wired = context.config.text("engine.endpoint").empty() ? wire_local(context, say)
                                                              : wire_endpoint(context);
  const auto& format = context.config.text("agent.edit_format");
  if (wired && format == "line") wired->edit_format = tools::EditFormat::line;
  if (wired && format == "replace") wired->edit_format = tools::EditFormat::replace;
  if (wired && format == "patch") wired->edit_format = tools::EditFormat::patch;
  if (wired && format == "whole") wired->edit_format = tools::EditFormat::whole;
  // A model too weak to copy a line of text was not trained on code it did not ask for.
  if (wired && !wired->takes_packet) {
    wired->takes_packet = wired->edit_format != tools::EditFormat::line;
  }
  return wired;
}

}  // namespace plim::app
