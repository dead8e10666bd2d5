#include "agent/loop_guard.hpp"

#include <algorithm>
#include <functional>

namespace plim::agent {
namespace {

// Long enough to see A-B-A-B five times; what is older than that is no circle.
constexpr std::ptrdiff_t window = 10;
constexpr std::ptrdiff_t warn_at = 3;
constexpr std::ptrdiff_t stop_at = 5;

}  // namespace

LoopGuard::Verdict LoopGuard::observe(const chat::ToolCall& call, const chat::ToolResult& result) {
  const std::hash<std::string> hash;
  const auto key = hash(call.name + '\0' + call.arguments + '\0' + result.text);
  seen_.push_back(key);
  const auto first = seen_.end() - std::min(window, std::ssize(seen_));
  const auto times = std::count(first, seen_.end(), key);
  if (times >= stop_at) return Verdict::stop;
  return times == warn_at ? Verdict::warn : Verdict::go_on;
}

}  // namespace plim::agent
