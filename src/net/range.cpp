#include "net/range.hpp"

#include <charconv>
#include <optional>
#include <string_view>

#include "net/http.hpp"

namespace plim::net {
namespace {

constexpr int most_redirects = 5;

/// A URL as what is connected to and what is asked for there, query included.
struct Target {
  Origin origin;
  std::string path;
};

Result<Target> target_of(std::string_view url) {
  const auto scheme = url.find("://");
  if (scheme == std::string_view::npos) return fail(Errc::invalid, "\"{}\" is no URL", url);
  const auto fragment = url.find('#');
  url = url.substr(0, fragment);
  const auto path = url.find_first_of("/?", scheme + 3);
  const auto parsed = TRY(parse_url(url.substr(0, path)));
  std::string rest(path == std::string_view::npos ? "/" : url.substr(path));
  if (rest.front() != '/') rest.insert(0, "/");
  if (rest.find_first_of(" \t\r\n") != std::string::npos) {
    return fail(Errc::invalid, "\"{}\" has a space in it", url);
  }
  return Target{parsed.origin, std::move(rest)};
}

/// Where a redirect leads, seen from `url`.
Result<std::string> follow(const std::string& url, const std::string& location) {
  if (location.empty()) return fail(Errc::protocol, "{} redirects to nowhere", url);
  const auto from = TRY(target_of(url));
  const bool absolute = location.starts_with("http://") || location.starts_with("https://");
  if (absolute && url.starts_with("https://") && !location.starts_with("https://")) {
    return fail(Errc::denied, "{} redirects from https to http", url);
  }
  if (absolute) return location;
  if (location.front() != '/') return fail(Errc::protocol, "{} redirects to \"{}\"", url, location);
  return from.origin.url + location;
}

/// "bytes 0-1023/4096"
struct ContentRange {
  std::uint64_t first = 0, last = 0, total = 0;
};

std::optional<ContentRange> parse_content_range(std::string_view text) {
  ContentRange range;
  const auto take = [&](std::string_view before, std::uint64_t& number) {
    if (!text.starts_with(before)) return false;
    text.remove_prefix(before.size());
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
    text.remove_prefix(static_cast<std::size_t>(parsed.ptr - text.data()));
    return parsed.ec == std::errc();
  };
  const bool whole = take("bytes ", range.first) && take("-", range.last) &&
                     take("/", range.total) && text.empty();
  const bool sane = whole && range.first <= range.last && range.last < range.total;
  return sane ? std::optional(range) : std::nullopt;
}

Result<void> check_status(const std::string& url, int status) {
  switch (status) {
    case 206:
      return {};
    case 200:
      return fail(Errc::protocol, "{}: the server ignores ranges and would send the whole file",
                  url);
    case 401:
    case 403:
      return fail(Errc::denied, "{}: the server refuses it (HTTP {})", url, status);
    case 404:
    case 410:
      return fail(Errc::not_found, "{}: the server has no such file (HTTP {})", url, status);
    default:
      return fail(Errc::protocol, "{}: the server answers HTTP {}", url, status);
  }
}

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

}  // namespace

Result<std::string> RemoteFile::read(std::uint64_t first, std::uint64_t count,
                                     const std::stop_token& stop) {
  for (int hop = 0; hop <= most_redirects; ++hop) {
    const auto target = TRY(target_of(url_));
    std::string body;
    bool partial = true;
    const auto keep = [&](std::string_view bytes) -> Result<void> {
      body += bytes;
      // More than was asked for: a server that ignores ranges; its status is told below.
      partial = body.size() <= count;
      return partial ? Result<void>{} : fail(Errc::capacity, "more than was asked for");
    };
    auto response =
        stream(target.origin,
               {.path = target.path, .range = std::format("bytes={}-{}", first, first + count - 1)},
               keep, stop);
    if (!response && !partial) {
      return fail(Errc::protocol,
                  "{}: the server ignores ranges: it sends more than the {} bytes asked for", url_,
                  count);
    }
    if (!response) return std::unexpected(response.error());
    if (is_redirect(response->status)) {
      url_ = TRY(follow(url_, response->location));
      continue;
    }
    TRY(check_status(url_, response->status));
    const auto range = parse_content_range(response->content_range);
    const bool honest = range && range->first == first && body.size() == range->last - first + 1 &&
                        (body.size() == count || range->last + 1 == range->total);
    if (!honest) {
      return fail(Errc::protocol, "{}: asked for bytes {} to {}, the server sent {} as \"{}\"",
                  url_, first, first + count - 1, body.size(), response->content_range);
    }
    if (size_ != 0 && size_ != range->total) {
      return fail(Errc::protocol, "{}: the file changed from {} to {} bytes meanwhile", url_, size_,
                  range->total);
    }
    size_ = range->total;
    return body;
  }
  return fail(Errc::protocol, "{}: more than {} redirects", url_, most_redirects);
}

}  // namespace plim::net
