// A server behind a URL: a POST a message, answered with JSON or with a stream of events.
// Source: modelcontextprotocol.io, specification 2026-07-28 and 2025-11-25, "Streamable HTTP".
#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/utf8.hpp"
#include "mcp/client.hpp"
#include "net/sse.hpp"

namespace plim::mcp {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t most_answer_bytes = 16U << 20U;
constexpr std::chrono::milliseconds notice_limit{5'000};
constexpr std::chrono::milliseconds goodbye_limit{1'000};
constexpr std::string_view session_field = "Mcp-Session-Id";

bool same_field(std::string_view one, std::string_view two) {
  return std::ranges::equal(one, two, [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) ==
           std::tolower(static_cast<unsigned char>(b));
  });
}

// What a refusal says for itself, in a line.
std::string reason_of(const net::Response& response) {
  const auto json = Json::parse(response.body, nullptr, false);
  const auto error = json.is_object() ? json.find("error") : json.end();
  std::string text = response.body;
  if (json.is_object() && error != json.end() && error->is_object())
    text = error->value("message", "");
  std::ranges::replace(text, '\n', ' ');
  return terminal_safe(utf8_prefix(to_utf8(text), 200));
}

Error refusal(const net::Response& response, bool in_session) {
  const auto said = std::format("HTTP {} {}", response.status, reason_of(response));
  if (response.status == 401 || response.status == 403) {
    return {Errc::denied, said + ": does mcp.json give the headers that it asks for?"};
  }
  if (response.status == 404 && in_session) return {Errc::conflict, "its session is over"};
  if (!response.location.empty())
    return {Errc::protocol, std::format("it moved to {}", terminal_safe(response.location))};
  return {Errc::protocol, said};
}

// The answer's body, while it arrives: events of a stream, or one JSON text.
class Body {
 public:
  explicit Body(const Transport::Take& take) : take_(take) {}

  void field(std::string_view name, std::string_view value) {
    if (same_field(name, "Content-Type")) is_stream_ = value.starts_with("text/event-stream");
  }

  // Ends the request with an error once the answer was there: servers may keep streams open.
  Result<void> feed(std::string_view bytes) {
    if (!is_stream_) {
      if (text_.size() + bytes.size() > most_answer_bytes)
        return fail(Errc::capacity, "an answer of over {} bytes", most_answer_bytes);
      text_ += bytes;
      return {};
    }
    return reader_.feed(bytes, [this](const net::SseEvent& event) -> Result<void> {
      if (event.data.empty()) return {};
      answered_ = TRY(take_(event.data));
      return answered_ ? Result<void>(fail(Errc::cancelled, "answered")) : Result<void>();
    });
  }

  [[nodiscard]] Result<bool> finish() {
    if (answered_ || is_stream_ || text_.empty()) return answered_;
    return take_(text_);
  }
  [[nodiscard]] bool answered() const { return answered_; }

 private:
  const Transport::Take& take_;
  net::SseReader reader_{most_answer_bytes};
  std::string text_;
  bool is_stream_ = false;
  bool answered_ = false;
};

class HttpTransport final : public Transport {
 public:
  HttpTransport(net::Url url, net::Fields fields)
      : url_(std::move(url)), fields_(std::move(fields)) {}
  ~HttpTransport() override {
    if (session_.empty()) return;
    auto goodbye = to_http({}, goodbye_limit);
    goodbye.method = "DELETE";
    static_cast<void>(net::send(url_.origin, goodbye, {}));
  }
  [[nodiscard]] bool cancels_by_leaving() const override { return true; }

  Result<void> send(const Outgoing& message) override {
    const auto response = TRY(net::send(url_.origin, to_http(message, notice_limit), {}));
    if (response.status / 100 != 2) return std::unexpected(refusal(response, !session_.empty()));
    return {};
  }

  Result<void> request(const Outgoing& message, const Take& take, std::chrono::milliseconds limit,
                       std::stop_token stop) override {
    Body body(take);
    auto request = to_http(message, limit);
    request.on_field = [this, &body](std::string_view name, std::string_view value) {
      body.field(name, value);
      if (same_field(name, session_field) && session_.empty()) session_ = value;
    };
    const auto response = net::stream(
        url_.origin, request, [&body](std::string_view bytes) { return body.feed(bytes); },
        std::move(stop));
    if (body.answered()) return {};
    // A refused connection is a server that is not there; no file is missing.
    if (!response && response.error().code == Errc::not_found)
      return fail(Errc::io, "{}", response.error().message);
    if (!response) return std::unexpected(response.error());
    if (response->status / 100 != 2) return refused(*response, take);
    const bool answered = TRY(body.finish());
    return answered ? Result<void>()
                    : Result<void>(fail(Errc::protocol, "the server ended without an answer"));
  }

 private:
  // Servers of today answer 4xx with JSON-RPC's own error for the request: that is its answer.
  Result<void> refused(const net::Response& response, const Take& take) {
    auto error = refusal(response, !session_.empty());
    if (error.code == Errc::conflict) session_.clear();
    if (error.code != Errc::protocol) return std::unexpected(std::move(error));
    const bool answered = TRY(take(response.body));
    return answered ? Result<void>() : std::unexpected(std::move(error));
  }

  [[nodiscard]] net::Request to_http(const Outgoing& message,
                                     std::chrono::milliseconds limit) const {
    net::Request request{.method = "POST",
                         .path = url_.path,
                         .body = message.text,
                         .accept = "application/json, text/event-stream",
                         .silence_limit = limit,
                         .total_limit = limit};
    request.fields = fields_;
    request.fields.insert(request.fields.end(), message.fields.begin(), message.fields.end());
    if (!session_.empty()) request.fields.emplace_back(session_field, session_);
    return request;
  }

  net::Url url_;
  net::Fields fields_;
  std::string session_;
};

}  // namespace

Result<std::unique_ptr<Transport>> reach_server(const ServerConfig& config) {
  // The path is the server's own affair: a slash at its end or a query may matter to it.
  const auto host = config.url.find("://") + 3;
  const auto slash =
      std::min(config.url.find('/', std::min(host, config.url.size())), config.url.size());
  auto url = TRY(net::parse_url(std::string_view(config.url).substr(0, slash)));
  url.path = slash == config.url.size() ? "/" : config.url.substr(slash);
  const bool printable = std::ranges::all_of(
      url.path, [](unsigned char c) { return c > 0x20 && c < 0x7f && c != '#'; });
  if (!printable) return fail(Errc::invalid, "\"{}\" is no URL", terminal_safe(config.url));
  return std::make_unique<HttpTransport>(std::move(url), config.fields);
}

}  // namespace plim::mcp
