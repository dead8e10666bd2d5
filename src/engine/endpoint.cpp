#include "engine/endpoint.hpp"

#include <algorithm>
#include <format>
#include <utility>

#include "engine/discovery.hpp"
#include "engine/peer.hpp"

namespace plim::engine {
namespace {

class EndpointEngine final : public Engine {
 public:
  EndpointEngine(Peer peer, ServedModel served)
      : peer_(std::move(peer)), served_(std::move(served)) {}

  ChatResult chat(const ChatRequest& request, const Sink& on_delta, std::stop_token stop) override {
    return chat_with(peer_, served_, request, on_delta, std::move(stop));
  }
  const ServedModel& served() const override { return served_; }
  std::optional<Tokens> count(std::string_view text, std::stop_token stop) override {
    if (!served_.is_llama_server) return std::nullopt;
    const auto counted = count_tokens(peer_, text, std::move(stop));
    return counted ? std::optional(*counted) : std::nullopt;
  }

 private:
  Peer peer_;
  ServedModel served_;
};

/// "http://host:1/v1" talks to /v1/…; a bare "http://host:1" too; "/openai/v1" stays itself.
Result<Peer> make_peer(const Endpoint& endpoint) {
  auto url = TRY(net::parse_url(endpoint.url));
  return Peer{.origin = std::move(url.origin),
              .base = url.path.empty() ? "/v1" : std::move(url.path),
              .api_key = endpoint.api_key,
              .connect_limit = endpoint.connect_timeout,
              .stall_limit = endpoint.stall_limit};
}

/// The body of a page that is there; nothing for one that is not.
/// Errors: what makes further questions pointless: no connection, a refused key, cancelled.
Result<std::optional<std::string>> page(const Peer& peer, const std::string& path,
                                        const std::stop_token& stop) {
  auto answer = TRY(get(peer, path, stop));
  if (answer.status == 200) return std::move(answer.body);
  if (answer.status == 401 || answer.status == 403)
    return std::unexpected(explain_status(peer, answer.status, answer.body).error);
  return std::nullopt;
}

Result<ListedModel> choose(const Peer& peer, const std::vector<ListedModel>& listed,
                           const std::optional<std::string>& wanted) {
  std::string names;
  for (const auto& model : listed) names += (names.empty() ? "" : ", ") + model.id;
  if (!wanted) {
    if (listed.size() == 1) return listed.front();
    if (listed.empty())
      return fail(Errc::invalid, "{} lists no models: name one with --model",
                  to_string(peer.origin));
    return fail(Errc::invalid, "{} serves several models, choose one with --model: {}",
                to_string(peer.origin), names);
  }
  const auto found = std::ranges::find(listed, *wanted, &ListedModel::id);
  if (found != listed.end()) return *found;
  if (listed.empty())
    return ListedModel{*wanted, {}, {}};  // it does not list: take the user's word
  return fail(Errc::not_found, "{} does not serve \"{}\", but: {}", to_string(peer.origin), *wanted,
              names);
}

struct Context {
  Tokens size;
  std::string source;
};

/// Asks the pages that only some servers have.
Result<std::optional<Context>> ask_special_pages(const Peer& peer, const std::string& model,
                                                 const std::stop_token& stop) {
  const auto root = root_of(peer);
  const auto lm_studio = TRY(page(peer, root + "/api/v0/models", stop));
  if (lm_studio)
    if (const auto size = parse_lm_studio(*lm_studio, model))
      return Context{*size, "/api/v0/models loaded_context_length"};
  const auto ollama = TRY(page(peer, root + "/api/ps", stop));
  if (!ollama) return std::nullopt;
  if (const auto size = parse_ollama_ps(*ollama, model))
    return Context{*size, "/api/ps context_length"};
  const net::Request show{.method = "POST",
                          .path = root + "/api/show",
                          .body = ollama_show_request(model),
                          .bearer = peer.api_key,
                          .connect_limit = peer.connect_limit,
                          .silence_limit = peer.stall_limit};
  const auto shown = TRY(net::send(peer.origin, show, stop));
  if (const auto size = parse_ollama_show(shown.body)) return Context{*size, "/api/show num_ctx"};
  return std::nullopt;
}

/// What --ctx and the server's own word make together: the smaller.
Result<Context> settle(const Endpoint& endpoint, const std::string& model,
                       std::optional<Context> stated) {
  if (!stated && !endpoint.context) {
    return fail(Errc::invalid,
                "{} does not say how many tokens of context it serves for \"{}\": give --ctx N",
                endpoint.url, model);
  }
  if (!stated || (endpoint.context && *endpoint.context < stated->size))
    return Context{*endpoint.context, "--ctx"};
  return *std::move(stated);
}

}  // namespace

Result<std::unique_ptr<Engine>> connect(const Endpoint& endpoint, std::stop_token stop) {
  auto peer = TRY(make_peer(endpoint));
  const auto props_page = TRY(page(peer, root_of(peer) + "/props", stop));
  const auto props = props_page ? parse_props(*props_page) : std::nullopt;
  const auto models_page = TRY(page(peer, peer.base + "/models", stop));
  const auto listed = models_page ? TRY(parse_models(*models_page)) : std::vector<ListedModel>{};
  const auto model = TRY(choose(peer, listed, endpoint.model));

  std::optional<Context> stated;
  if (props) stated = {props->context, "/props"};
  if (!stated && model.context) stated = {*model.context, "/v1/models " + model.context_key};
  if (!stated) stated = TRY(ask_special_pages(peer, model.id, stop));
  auto context = TRY(settle(endpoint, model.id, std::move(stated)));
  ServedModel served{model.id,
                     context.size,
                     std::move(context.source),
                     props.has_value(),
                     props ? props->build : "",
                     props ? props->chat_template : ""};
  return std::make_unique<EndpointEngine>(std::move(peer), std::move(served));
}

}  // namespace plim::engine
