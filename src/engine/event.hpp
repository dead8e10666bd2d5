#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace plim::engine {

/// What happens to a supervised engine.
enum class EventKind {
  loading,   ///< A server was started.
  ready,     ///< It is as planned, and a first token came out.
  degraded,  ///< Much slower than it was.
  spill,     ///< Memory of it is where it was not planned: in RAM, in swap, on disk.
  pressure,  ///< Others leave less free than the plan reserves.
  oom,       ///< It died because memory ran out.
  abort,     ///< It died of something else.
  hung,      ///< It lives and answers nothing.
};

struct EngineEvent {
  EventKind kind = EventKind::ready;
  std::string cause;  ///< One sentence for people, with numbers.
  std::string taker;  ///< "firefox (pid 4711) took 1.2 GiB", where one is known.

  friend bool operator==(const EngineEvent&, const EngineEvent&) = default;
};

/// "SPILL".
[[nodiscard]] std::string_view to_string(EventKind kind);
/// "SPILL: 1.2 GiB of the engine are in swap; firefox (pid 4711) took 1.2 GiB".
[[nodiscard]] std::string to_string(const EngineEvent& event);

/// Told of each event as it happens, from whichever thread; must be quick.
using OnEvent = std::function<void(const EngineEvent&)>;

}  // namespace plim::engine
