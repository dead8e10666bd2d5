#include "net/sse.hpp"

#include <utility>

#include "base/utf8.hpp"

namespace plim::net {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
constexpr std::size_t shown_bytes = 80;  // of an offending line, in a message

}  // namespace

Result<void> SseReader::feed(std::string_view bytes, const Handler& on_event) {
  while (!bytes.empty()) {
    if (after_cr_ && bytes.front() == '\n') bytes.remove_prefix(1);
    after_cr_ = false;
    const auto end = bytes.find_first_of("\r\n");
    const auto part = bytes.substr(0, end);
    if (line_.size() + part.size() > max_bytes_)
      return fail(Errc::capacity, "a line of the event stream is over {} bytes", max_bytes_);
    line_ += part;
    if (end == std::string_view::npos) return {};
    after_cr_ = bytes[end] == '\r';
    bytes.remove_prefix(end + 1);
    const std::string line = std::exchange(line_, {});
    if (auto taken = take_line(line, on_event); !taken) return taken;
  }
  return {};
}

Result<void> SseReader::take_line(std::string_view line, const Handler& on_event) {
  if (std::exchange(at_start_, false) && line.starts_with(byte_order_mark))
    line.remove_prefix(byte_order_mark.size());
  if (line.empty()) return dispatch(on_event);
  if (line.front() == ':') return {};
  const auto colon = line.find(':');
  auto value = colon == std::string_view::npos ? std::string_view{} : line.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  return take_field(line.substr(0, colon), value);
}

Result<void> SseReader::take_field(std::string_view field, std::string_view value) {
  if (field == "event") {
    event_.name = value;
    return {};
  }
  if (field == "id" || field == "retry") return {};
  if (field == "error") event_.name = "error";  // llama-server's before 2025-11: "error: {…}"
  if (field != "data" && field != "error") {
    return fail(Errc::protocol, "not an event stream: a line starts with \"{}\"",
                terminal_safe(utf8_prefix(field, shown_bytes)));
  }
  if (event_.data.size() + value.size() >= max_bytes_)
    return fail(Errc::capacity, "an event of the stream is over {} bytes", max_bytes_);
  if (has_data_) event_.data += '\n';
  event_.data += value;
  has_data_ = true;
  return {};
}

Result<void> SseReader::dispatch(const Handler& on_event) {
  auto event = std::exchange(event_, {});
  if (!std::exchange(has_data_, false)) return {};
  if (event.name.empty()) event.name = "message";
  return on_event(event);
}

}  // namespace plim::net
