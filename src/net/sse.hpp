#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace plim::net {

struct SseEvent {
  std::string name;  ///< "message" when the stream names none.
  std::string data;  ///< Its data lines, joined by '\n'.
  friend bool operator==(const SseEvent&, const SseEvent&) = default;
};

/// Reads server-sent events from bytes that may be split anywhere.
///
/// Stricter than a browser: a line that is neither a field nor a comment is an error, because it
/// means that something other than an event stream arrived (a proxy's page, a crash message).
/// Source: WHATWG HTML, "Server-sent events", 9.2.6 interpreting an event stream.
class SseReader {
 public:
  using Handler = std::function<Result<void>(const SseEvent&)>;

  /// One line and one event may hold up to `max_bytes` each.
  explicit SseReader(std::size_t max_bytes = 16U << 20U) : max_bytes_(max_bytes) {}

  /// Hands each event that `bytes` completes to `on_event`; the first error ends the reading.
  /// Errors: protocol, capacity; whatever `on_event` returns.
  [[nodiscard]] Result<void> feed(std::string_view bytes, const Handler& on_event);

  /// Whether the bytes so far end between two events.
  [[nodiscard]] bool between_events() const { return line_.empty() && !has_data_; }

 private:
  Result<void> take_line(std::string_view line, const Handler& on_event);
  Result<void> take_field(std::string_view field, std::string_view value);
  Result<void> dispatch(const Handler& on_event);

  std::size_t max_bytes_;
  std::string line_;  // the unfinished last line
  SseEvent event_;
  bool has_data_ = false;
  bool after_cr_ = false;  // the next byte may be the \n of a \r\n
  bool at_start_ = true;   // where a byte order mark may stand
};

}  // namespace plim::net
