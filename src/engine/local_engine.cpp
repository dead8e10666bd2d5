#include "engine/local_engine.hpp"

#include <algorithm>
#include <array>
#include <format>
#include <utility>

#include "engine/discovery.hpp"

namespace plim::engine {
namespace {

// A dead child is noticed in milliseconds; this is for a machine on its knees.
constexpr auto death_limit = std::chrono::seconds(2);
constexpr std::chrono::milliseconds probe_limit = std::chrono::seconds(10);

}  // namespace

Result<std::unique_ptr<LocalEngine>> LocalEngine::start(LaunchOptions options,
                                                        std::stop_token stop) {
  std::unique_ptr<LocalEngine> engine(new LocalEngine(std::move(options)));
  if (auto ready = engine->server_.ensure_ready(stop); !ready)
    return std::unexpected(ready.error());
  if (auto learned = engine->learn_served(std::move(stop)); !learned)
    return std::unexpected(learned.error());
  return engine;
}

Result<void> LocalEngine::learn_served(std::stop_token stop) {
  const auto answer = TRY(get(server_.peer(), "/props", std::move(stop)));
  auto props = parse_props(answer.body);
  if (!props) return fail(Errc::protocol, "llama-server does not say what it serves");
  served_ = {std::move(props->model), props->context, "/props", true, std::move(props->build)};
  return {};
}

ChatResult LocalEngine::chat(const ChatRequest& request, const Sink& on_delta,
                             std::stop_token stop) {
  if (auto ready = server_.ensure_ready(stop); !ready) return std::unexpected(ready.error());
  const auto peer = server_.peer();
  auto reply = chat_with(peer, served_, request, on_delta, stop);
  if (reply) return reply;
  return std::unexpected(explain_failure(std::move(reply).error(), std::move(stop)));
}

// The connection's error only says that it broke; the child's end says why.
ChatError LocalEngine::explain_failure(ChatError failure, std::stop_token stop) {
  constexpr std::array broken{Errc::io, Errc::protocol, Errc::not_found, Errc::timeout};
  if (std::ranges::find(broken, failure.error.code) == broken.end()) return failure;
  if (failure.error.code == Errc::timeout) {
    const auto peer = server_.peer();
    if (probe(peer, std::min(probe_limit, peer.stall_limit), stop) || stop.stop_requested())
      return failure;
    server_.condemn(std::format("the engine hung: nothing for {} and no answer to a probe",
                                std::chrono::ceil<std::chrono::seconds>(peer.stall_limit)));
  }
  auto cause = server_.cause_of_death(death_limit, std::move(stop));
  if (!cause) return failure;
  return during("the engine died while it answered")(*std::move(cause));
}

}  // namespace plim::engine
