// net: HTTP as a client, with a stop that breaks any wait, and server-sent events.
// Does not: follow redirects, keep connections, use proxies, know what is in a body.
// Threads: a request runs on the caller's thread; a second one watches its stop_token.
// Start at: http.hpp, then sse.hpp.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"

namespace plim::net {

/// Where a server listens: a URL without a path, or a UNIX socket.
struct Origin {
  std::string url;               ///< "http://127.0.0.1:8080", "https://host"
  std::filesystem::path socket;  ///< Not empty: used instead of `url`.

  friend bool operator==(const Origin&, const Origin&) = default;
};

/// For people: the URL, or the socket's path.
[[nodiscard]] std::string to_string(const Origin& origin);

struct Url {
  Origin origin;
  std::string path;  ///< "" or "/v1": never ends in '/'.

  friend bool operator==(const Url&, const Url&) = default;
};

/// Reads "http[s]://host[:port][/path]"; the host may be a name, an IPv4 or a [IPv6] address.
/// Errors: invalid, also for user:password@, a query or a fragment, which have no meaning here.
[[nodiscard]] Result<Url> parse_url(std::string_view text);

/// Names and values of a header's fields.
using Fields = std::vector<std::pair<std::string, std::string>>;

struct Request {
  std::string method = "GET";
  std::string path;    ///< Starts with '/'.
  std::string body;    ///< JSON.
  std::string range;   ///< Sent as `Range` when not empty: "bytes=0-1023".
  std::string bearer;  ///< Sent as `Authorization: Bearer` when not empty.
  std::string accept;  ///< Empty: an event stream for stream, JSON for send.
  Fields fields = {};  ///< More of the header. What is no field by RFC 9110 is left out.
  /// Sees each field of the answer's header before its body.
  std::function<void(std::string_view name, std::string_view value)> on_field = {};
  std::chrono::milliseconds connect_limit{std::chrono::seconds(10)};
  std::chrono::milliseconds silence_limit{std::chrono::seconds(30)};  ///< Without any byte.
  std::optional<std::chrono::milliseconds> total_limit;
  std::size_t max_body = 16U << 20U;  ///< Of a body kept in Response; a streamed one has no limit.
};

struct Response {
  int status = 0;
  std::string content_type;
  std::string body;           ///< Empty where it was streamed.
  std::string content_range;  ///< "bytes 0-1023/4096" of a 206.
  std::string location;       ///< Of a redirect.

  friend bool operator==(const Response&, const Response&) = default;
};

/// Takes a piece of a body while it arrives; an error ends the request and is returned from it.
using BodySink = std::function<Result<void>(std::string_view)>;

/// Sends a request and returns the whole response, whatever its status; redirects included, so
/// that a credential goes to nobody else.
///
/// A requested stop ends it at once, but for a name lookup (at most the connect limit).
/// Errors: not_found when the connection is refused or the name unknown; denied for a
/// certificate that is not trusted; timeout; io for a lost connection; capacity for a body over
/// the limit; cancelled.
[[nodiscard]] Result<Response> send(const Origin& origin, const Request& request,
                                    std::stop_token stop);

/// As send, but the body of a 2xx response goes to `on_body` piece by piece.
[[nodiscard]] Result<Response> stream(const Origin& origin, const Request& request,
                                      const BodySink& on_body, std::stop_token stop);

}  // namespace plim::net
