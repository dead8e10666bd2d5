#include "agent/reply_watch.hpp"

#include <algorithm>
#include <vector>

namespace plim::agent {
namespace {

constexpr std::size_t kept_bytes = 4096;
constexpr std::size_t check_every_bytes = 256;
constexpr std::size_t least_repeats = 8;
constexpr std::size_t most_unit_bytes = kept_bytes / least_repeats;

}  // namespace

// The prefix function of the reversed text: its border at length n gives the smallest period of
// the last n bytes.
// Source: Knuth, Morris, Pratt, "Fast pattern matching in strings", 1977.
bool ReplyWatch::repeats(std::string_view text, std::size_t least) {
  text = text.substr(text.size() - std::min(text.size(), kept_bytes));
  const auto at = [&](std::size_t i) { return text[text.size() - 1 - i]; };
  std::vector<std::size_t> border(text.size(), 0);
  for (std::size_t i = 1; i < text.size(); ++i) {
    std::size_t length = border[i - 1];
    while (length > 0 && at(i) != at(length)) length = border[length - 1];
    if (at(i) == at(length)) ++length;
    border[i] = length;
    const std::size_t whole = i + 1;
    const std::size_t unit = whole - length;
    if (whole >= least && unit <= most_unit_bytes && whole >= unit * least_repeats) return true;
  }
  return false;
}

ReplyWatch::Verdict ReplyWatch::feed(std::string_view text, bool reasoning) {
  if (!reasoning) answering_ = true;
  if (reasoning) reasoning_bytes_ += text.size();
  if (!answering_ && reasoning_bytes_ > max_reasoning_bytes_) return Verdict::thinks_too_long;
  return look_at(text, least_repeated_bytes);
}

ReplyWatch::Verdict ReplyWatch::feed_call(std::string_view arguments) {
  answering_ = true;
  return look_at(arguments, 2 * least_repeated_bytes);
}

ReplyWatch::Verdict ReplyWatch::look_at(std::string_view text, std::size_t least) {
  tail_ += text;
  if (tail_.size() > 2 * kept_bytes) tail_.erase(0, tail_.size() - kept_bytes);
  unchecked_ += text.size();
  if (unchecked_ < check_every_bytes) return Verdict::go_on;
  unchecked_ = 0;
  return repeats(tail_, least) ? Verdict::repeats : Verdict::go_on;
}

}  // namespace plim::agent
