#include <algorithm>
#include <charconv>

#include "net/http.hpp"

namespace plim::net {
namespace {

bool is_port(std::string_view text) {
  unsigned port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc() && end == text.data() + text.size() && port > 0 && port < 65536;
}

bool is_host(std::string_view text) {
  const bool bracketed = text.starts_with('[') && text.ends_with(']');
  if (bracketed) text = text.substr(1, text.size() - 2);
  return !text.empty() && std::ranges::all_of(text, [bracketed](char c) {
    const bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    return word || c == '.' || c == '-' || c == '_' || (bracketed && (c == ':' || c == '%'));
  });
}

// "host", "host:port", "[::1]", "[::1]:port"
bool is_authority(std::string_view text) {
  const auto colon = text.rfind(':');
  const bool has_port =
      colon != std::string_view::npos && text.find(']', colon) == std::string_view::npos;
  if (!has_port) return is_host(text);
  return is_host(text.substr(0, colon)) && is_port(text.substr(colon + 1));
}

}  // namespace

std::string to_string(const Origin& origin) {
  return origin.socket.empty() ? origin.url : origin.socket.string();
}

Result<Url> parse_url(std::string_view text) {
  const auto scheme_end = text.find("://");
  const auto scheme = text.substr(0, scheme_end);
  if (scheme_end == std::string_view::npos || (scheme != "http" && scheme != "https"))
    return fail(Errc::invalid, "\"{}\" is no URL: write http://HOST:PORT", text);
  const auto rest = text.substr(scheme_end + 3);
  const auto slash = std::min(rest.find('/'), rest.size());
  auto path = rest.substr(slash);
  while (path.ends_with('/')) path.remove_suffix(1);
  if (path.find_first_of("?# \t\r\n") != std::string_view::npos)
    return fail(Errc::invalid, "\"{}\" has more than a path behind the host", text);
  if (!is_authority(rest.substr(0, slash)))
    return fail(Errc::invalid, "\"{}\" has no valid HOST or HOST:PORT", text);
  return Url{{std::string(text.substr(0, scheme_end + 3 + slash)), {}}, std::string(path)};
}

}  // namespace plim::net
