#include "agent/budget.hpp"

#include <algorithm>

namespace plim::agent {

Tokens Budget::reply_reserve() const {
  const std::int64_t most = std::max<std::int64_t>(context_.value / 2, 1);
  return {std::min(std::clamp<std::int64_t>(context_.value / 6, 256, 4096), most)};
}

std::size_t Budget::tool_result_bytes() const {
  const Tokens left = context_ - used_ - reply_reserve();
  const auto tokens = std::max<std::int64_t>(std::min(context_.value / 8, left.value), 0);
  return std::max<std::size_t>(
      static_cast<std::size_t>(static_cast<double>(tokens) * bytes_per_token_), 256);
}

std::size_t Budget::file_list_bytes() const {
  return static_cast<std::size_t>(static_cast<double>(context_.value) / 50 * bytes_per_token_);
}

void Budget::add(std::size_t bytes) { used_ += estimate(bytes); }

void Budget::correct(const chat::Usage& usage, std::size_t request_bytes) {
  if (usage.prompt.value <= 0) return;
  used_ = usage.prompt + usage.completion;
  // A template may leave out part of the request (or add to it); outside this band the ratio
  // says more about the template than about text.
  const double ratio = static_cast<double>(request_bytes) / static_cast<double>(usage.prompt.value);
  bytes_per_token_ = std::clamp(ratio, 1.5, 4.0);
}

void Budget::restart(std::size_t bytes) { used_ = estimate(bytes); }

Tokens Budget::estimate(std::size_t bytes) const {
  return {static_cast<std::int64_t>(static_cast<double>(bytes) / bytes_per_token_) + 1};
}

}  // namespace plim::agent
