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
constexpr auto probe_limit = std::chrono::seconds(10);

}  // namespace

LocalEngine::LocalEngine(LaunchOptions options, std::chrono::milliseconds stall_limit)
    : stall_limit_(stall_limit), server_(std::move(options)) {}

Result<std::unique_ptr<LocalEngine>> LocalEngine::start(LaunchOptions options, std::stop_token stop,
                                                        std::chrono::milliseconds stall_limit) {
  std::unique_ptr<LocalEngine> engine(new LocalEngine(std::move(options), stall_limit));
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
  auto peer = server_.peer();
  peer.stall_limit = stall_limit_;
  auto reply = chat_with(peer, served_, request, on_delta, stop);
  if (reply) return reply;
  return std::unexpected(explain_failure(std::move(reply).error(), std::move(stop)));
}

// The connection's error only says that it broke; the child's end says why.
ChatError LocalEngine::explain_failure(ChatError failure, std::stop_token stop) {
  constexpr std::array broken{Errc::io, Errc::protocol, Errc::not_found, Errc::timeout};
  if (std::ranges::find(broken, failure.error.code) == broken.end()) return failure;
  if (failure.error.code == Errc::timeout) {
    if (probe(server_.peer(), probe_limit, stop) || stop.stop_requested()) return failure;
    server_.condemn(std::format("the engine hung: nothing for {} and no answer to a probe",
                                std::chrono::floor<std::chrono::seconds>(stall_limit_)));
  }
  auto cause = server_.cause_of_death(death_limit, std::move(stop));
  if (!cause) return failure;
  return during("the engine died while it answered")(*std::move(cause));
}

}  // namespace plim::engine
