#include "agent/loop_guard.hpp"

#include <algorithm>
#include <functional>
#include <ranges>

namespace plim::agent {
namespace {

// Long enough to see A-B-A-B five times; what is older than that is no circle.
constexpr std::ptrdiff_t window = 10;
constexpr std::ptrdiff_t warn_at = 3;
constexpr std::ptrdiff_t stop_at = 5;
constexpr std::ptrdiff_t stop_reads_at = 6;
constexpr int warn_returns_at = 2;
constexpr int stop_returns_at = 4;

}  // namespace

LoopGuard::Verdict LoopGuard::observe(const chat::ToolCall& call, const chat::ToolResult& result,
                                      const std::string& path, const std::string& hash) {
  const std::hash<std::string> hash_of;
  const auto key = hash_of(call.name + '\0' + call.arguments + '\0' + result.text);
  seen_.push_back(key);
  const auto first = seen_.end() - std::min(window, std::ssize(seen_));
  const auto times = std::count(first, seen_.end(), key);
  const auto same = times >= stop_at   ? Verdict::stop
                    : times == warn_at ? Verdict::repeating
                                       : Verdict::go_on;
  const bool reads = call.name == "read" && !result.is_error && !path.empty();
  if (!reads) {
    without_news_.push_back(false);
    if (std::ssize(without_news_) > window) without_news_.pop_front();
  }
  if (reads) return std::max(same, observe_read(path, result.text, hash));
  if (result.is_error || path.empty() || hash.empty()) return same;
  return std::max(same, observe_edit(path, hash));
}

LoopGuard::Verdict LoopGuard::observe_read(const std::string& path, std::string_view text,
                                           const std::string& hash) {
  if (auto& states = states_[path]; states.empty()) states.push_back(hash);
  auto& shown = shown_[path];
  bool news = false;
  for (const auto line : std::views::split(text, '\n')) {
    const std::string_view words(line.begin(), line.end());
    // The note of what is not shown differs with the range, and is no news.
    if (words.starts_with("[lines ")) continue;
    news |= shown.insert(std::hash<std::string_view>()(words)).second;
  }
  without_news_.push_back(!news);
  if (std::ssize(without_news_) > window) without_news_.pop_front();
  const auto times = std::ranges::count(without_news_, true);
  if (news || times < warn_at) return Verdict::go_on;
  if (times >= stop_reads_at) return Verdict::stop;
  return times == warn_at ? Verdict::circling : Verdict::go_on;
}

LoopGuard::Verdict LoopGuard::observe_edit(const std::string& path, const std::string& hash) {
  auto& states = states_[path];
  const bool back = std::ranges::contains(states, hash);
  states.push_back(hash);
  if (!back) return Verdict::go_on;
  const int returns = ++returns_[path];
  if (returns >= stop_returns_at) return Verdict::stop;
  return returns == warn_returns_at ? Verdict::circling : Verdict::go_on;
}

}  // namespace plim::agent
