#include "engine/event.hpp"

#include <format>

namespace plim::engine {

std::string_view to_string(EventKind kind) {
  switch (kind) {
    case EventKind::loading:
      return "LOADING";
    case EventKind::ready:
      return "READY";
    case EventKind::degraded:
      return "DEGRADED";
    case EventKind::spill:
      return "SPILL";
    case EventKind::pressure:
      return "PRESSURE";
    case EventKind::oom:
      return "OOM";
    case EventKind::abort:
      return "ABORT";
    case EventKind::hung:
      return "HUNG";
  }
  return "?";
}

std::string to_string(const EngineEvent& event) {
  auto text = std::format("{}: {}", to_string(event.kind), event.cause);
  if (!event.taker.empty()) text += "; " + event.taker;
  return text;
}

}  // namespace plim::engine
