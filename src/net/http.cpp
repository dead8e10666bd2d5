#include "net/http.hpp"

#include <condition_variable>
#include <csignal>
#include <mutex>
#include <thread>

#include <httplib.h>

#include "sys/socket.hpp"

namespace plim::net {
namespace {

using Clock = std::chrono::steady_clock;

// Waits beside a request for its stop and then cuts its socket, again and again until the request
// is over: a single cut could fall just before the connect.
class StopGuard {
 public:
  explicit StopGuard(std::stop_token stop)
      : thread_([this, stop = std::move(stop)](std::stop_token done) { run(stop, done); }) {}

  void watch(int fd) { cutter_.watch(fd); }

 private:
  void run(const std::stop_token& stop, const std::stop_token& done) {
    std::mutex mutex;
    std::condition_variable_any wake;
    const std::stop_callback on_stop(stop, [&] {
      const std::scoped_lock lock(mutex);
      wake.notify_all();
    });
    std::unique_lock lock(mutex);
    wake.wait(lock, done, [&] { return stop.stop_requested(); });
    while (!done.stop_requested()) {
      cutter_.cut();
      wake.wait_for(lock, done, std::chrono::milliseconds(2), [] { return false; });
    }
  }

  sys::SocketCutter cutter_;
  std::jthread thread_;  // last: joins before the cutter goes
};

// One request and what is needed to say why it failed.
struct Exchange {
  const Origin& origin;
  const Request& request;
  const BodySink* on_body;  // null: collect
  Response response;
  std::optional<Error> refused;  // by the sink, or by max_body
  Clock::time_point last_byte = Clock::now();
  bool answered = false;
};

bool take(Exchange& exchange, std::string_view bytes) {
  exchange.last_byte = Clock::now();
  const bool success = exchange.response.status >= 200 && exchange.response.status < 300;
  if (exchange.on_body != nullptr && success) {
    auto taken = (*exchange.on_body)(bytes);
    if (!taken) exchange.refused = std::move(taken).error();
    return !exchange.refused;
  }
  if (exchange.response.body.size() + bytes.size() > exchange.request.max_body) {
    exchange.refused = Error{Errc::capacity,
                             std::format("the answer is over {} bytes", exchange.request.max_body)};
    return false;
  }
  exchange.response.body += bytes;
  return true;
}

httplib::Request to_httplib(Exchange& exchange) {
  const Request& request = exchange.request;
  httplib::Request out;
  out.method = request.method;
  out.path = request.path;
  out.body = request.body;
  if (!request.body.empty()) out.set_header("Content-Type", "application/json");
  if (!request.bearer.empty()) out.set_header("Authorization", "Bearer " + request.bearer);
  if (!request.range.empty()) out.set_header("Range", request.range);
  const std::string kind = exchange.on_body != nullptr ? "text/event-stream" : "application/json";
  out.set_header("Accept", request.accept.empty() ? kind : request.accept);
  out.set_header("Accept-Encoding", "identity");  // a compressing proxy would hold events back
  out.set_header("User-Agent", "plimsoll");
  out.set_header("Expect", "");  // see make_client
  for (const auto& [name, value] : request.fields) out.set_header(name, value);
  out.response_handler = [&exchange](const httplib::Response& head) {
    exchange.last_byte = Clock::now();
    exchange.answered = true;
    exchange.response.status = head.status;
    exchange.response.content_type = head.get_header_value("Content-Type");
    exchange.response.content_range = head.get_header_value("Content-Range");
    exchange.response.location = head.get_header_value("Location");
    if (exchange.request.on_field) {
      for (const auto& [name, value] : head.headers) exchange.request.on_field(name, value);
    }
    return true;
  };
  out.content_receiver = [&exchange](const char* data, std::size_t size, std::size_t, std::size_t) {
    return take(exchange, {data, size});
  };
  return out;
}

// httplib asks "Expect: 100-continue" for bodies from 1 KiB on and waits a second for servers that
// do not answer it. A given header switches the wait off, and is dropped before it is written.
ssize_t write_headers_less_expect(httplib::Stream& stream, httplib::Headers& headers) {
  headers.erase("Expect");
  return httplib::detail::write_headers(stream, headers);
}

// Whether connecting needs a name server: "http://box:1", not "http://127.0.0.1:1".
bool needs_lookup(const Origin& origin) {
  const auto host = std::string_view(origin.url).substr(origin.url.find("://") + 3);
  const bool local = host == "localhost" || host.starts_with("localhost:");
  const bool address =
      host.starts_with('[') || host.find_first_not_of("0123456789.:") == std::string_view::npos;
  return !local && !address;
}

httplib::Client make_client(const Origin& origin, const Request& request, StopGuard& guard) {
  // httplib writes without MSG_NOSIGNAL: a server that hung up is to be an error, not our end.
  [[maybe_unused]] static const auto before = std::signal(SIGPIPE, SIG_IGN);
  httplib::Client client(origin.socket.empty() ? origin.url : origin.socket.string());
  if (!origin.socket.empty()) client.set_address_family(AF_UNIX);
  client.set_connection_timeout(request.connect_limit);
  // A limit with whole seconds makes httplib look names up in a thread of libc's (getaddrinfo_a),
  // so that the limit holds there too. An address is worth no thread.
  if (!origin.socket.empty() || !needs_lookup(origin))
    client.set_connection_timeout(0, std::chrono::microseconds(request.connect_limit).count());
  client.set_read_timeout(request.silence_limit);
  client.set_write_timeout(request.silence_limit);
  if (request.total_limit) client.set_max_timeout(*request.total_limit);
  client.set_follow_location(false);
  client.set_keep_alive(false);
  client.set_decompress(false);
  client.set_path_encode(false);
  client.set_tcp_nodelay(true);
  client.set_header_writer(write_headers_less_expect);
  client.set_socket_options([&guard](socket_t fd) { guard.watch(fd); });
  return client;
}

// httplib reports a read that timed out and one that failed alike; the clock tells them apart.
Error explain_broken(const Exchange& exchange) {
  const auto quiet = Clock::now() - exchange.last_byte;
  const auto name = to_string(exchange.origin);
  if (quiet >= exchange.request.silence_limit)
    return {Errc::timeout, std::format("{} sent nothing for {}", name,
                                       std::chrono::duration_cast<std::chrono::seconds>(quiet))};
  if (exchange.answered) return {Errc::io, std::format("{} broke off in its answer", name)};
  return {Errc::io, std::format("{} closed the connection without an answer", name)};
}

Error explain(const Exchange& exchange, httplib::Error error) {
  using enum httplib::Error;
  const auto name = to_string(exchange.origin);
  if (exchange.refused) return *exchange.refused;
  switch (error) {
    case Connection:
      return {
          Errc::not_found,
          std::format("cannot connect to {}: nothing listens there, or its name is unknown", name)};
    case ConnectionTimeout:
      return {Errc::timeout, std::format("{} did not accept a connection within {}", name,
                                         exchange.request.connect_limit)};
    case SSLConnection:
    case SSLLoadingCerts:
    case SSLServerVerification:
    case SSLServerHostnameVerification:
      return {Errc::denied, std::format("cannot trust {}: {}", name, httplib::to_string(error))};
    default:
      return explain_broken(exchange);
  }
}

Result<Response> perform(const Origin& origin, const Request& request, const BodySink* on_body,
                         std::stop_token stop) {
  if (stop.stop_requested()) return fail(Errc::cancelled, "stopped");
  const auto start = Clock::now();
  Exchange exchange{origin, request, on_body, {}, {}, start, false};
  StopGuard guard(stop);
  httplib::Client client = make_client(origin, request, guard);
  if (!client.is_valid()) return fail(Errc::invalid, "cannot use {}", to_string(origin));
  const auto done = client.send(to_httplib(exchange));
  if (exchange.refused) return std::unexpected(*exchange.refused);
  if (done) return std::move(exchange.response);
  if (stop.stop_requested()) return fail(Errc::cancelled, "stopped");
  if (request.total_limit && Clock::now() - start >= *request.total_limit)
    return fail(Errc::timeout, "{} took over {}", to_string(origin), *request.total_limit);
  return std::unexpected(explain(exchange, done.error()));
}

}  // namespace

Result<Response> send(const Origin& origin, const Request& request, std::stop_token stop) {
  return perform(origin, request, nullptr, std::move(stop));
}

Result<Response> stream(const Origin& origin, const Request& request, const BodySink& on_body,
                        std::stop_token stop) {
  return perform(origin, request, &on_body, std::move(stop));
}

}  // namespace plim::net
