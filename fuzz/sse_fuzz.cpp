#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "net/sse.hpp"

namespace {

struct Reading {
  std::vector<plim::net::SseEvent> events;
  bool failed = false;
  friend bool operator==(const Reading&, const Reading&) = default;
};

Reading read_in_pieces(std::string_view bytes, std::size_t piece) {
  plim::net::SseReader reader(4096);
  Reading reading;
  while (!bytes.empty() && !reading.failed) {
    const auto part = bytes.substr(0, piece);
    bytes.remove_prefix(part.size());
    const auto fed = reader.feed(part, [&](const auto& event) -> plim::Result<void> {
      reading.events.push_back(event);
      return {};
    });
    reading.failed = !fed;
  }
  return reading;
}

}  // namespace

// A stream from any server: where the network splits it must not matter.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto whole = read_in_pieces(bytes, size);
  if (whole != read_in_pieces(bytes, 1) || whole != read_in_pieces(bytes, 7)) std::abort();
  return 0;
}
