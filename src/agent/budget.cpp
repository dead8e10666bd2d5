#include "agent/budget.hpp"

#include <algorithm>

namespace plim::agent {
namespace {

constexpr Tokens around_message{8};  // role, markers; a call's brackets and quotes count as text
constexpr Tokens around_call{16};

}  // namespace

Tokens message_cost(const chat::Message& message) {
  Tokens cost = around_message + text_cost(message.content);
  if (!message.reasoning.empty()) cost += text_cost(message.reasoning);
  for (const auto& call : message.tool_calls) {
    cost += around_call + text_cost(call.name) + text_cost(call.arguments);
  }
  return cost;
}

Tokens transcript_cost(std::span<const chat::Message> transcript) {
  Tokens cost;
  for (const auto& message : transcript) cost += message_cost(message);
  return cost;
}

Tokens Budget::reply_reserve() const {
  const std::int64_t most = std::max<std::int64_t>(context_.value / 2, 1);
  return {std::min(std::clamp<std::int64_t>(context_.value / 6, 256, 4096), most)};
}

Tokens Budget::reply_cap() const { return std::min(reply_reserve(), context_ - used_); }

Tokens Budget::tool_result() const {
  return {std::max<std::int64_t>(std::min(context_.value / 8, left().value), 0)};
}

std::size_t Budget::bytes_for(Tokens tokens) const {
  const auto bytes = static_cast<double>(tokens.value) * tools::bytes_per_token / scale_;
  return std::max<std::size_t>(static_cast<std::size_t>(bytes), 256);
}

std::size_t Budget::file_list_bytes() const {
  return static_cast<std::size_t>(static_cast<double>(context_.value) / 50 * 3);
}

Tokens Budget::retrieved() const {
  constexpr std::int64_t least_context = 8000;
  constexpr std::int64_t most = 6000;
  if (context_.value < least_context) return {};
  return {std::min(context_.value * 15 / 100 / 100 * 100, most)};
}

Tokens Budget::real(Tokens cost) const {
  return {static_cast<std::int64_t>(static_cast<double>(cost.value) * scale_) + 1};
}

bool Budget::fits(std::string_view text, Tokens cap) const { return real(text_cost(text)) <= cap; }

// A template may leave out part of a request (or add to it); outside this band the ratio says
// more about the template than about text.
void Budget::learn(Tokens counted, Tokens cost) {
  if (cost.value <= 0) return;
  scale_ =
      std::clamp(static_cast<double>(counted.value) / static_cast<double>(cost.value), 0.75, 2.2);
}

void Budget::correct(const chat::Usage& usage, Tokens cost) {
  if (usage.prompt.value <= 0) return;
  used_ = usage.prompt + usage.completion;
  learn(usage.prompt, cost);
}

void Budget::correct(Tokens prompt, Tokens context, Tokens cost) {
  if (context.value > 0) context_ = context;
  if (prompt.value <= 0) return;
  used_ = prompt;
  // No band here: what the server refuses to take is as large as it says.
  if (cost.value > 0) {
    scale_ = std::max(scale_, static_cast<double>(prompt.value) / static_cast<double>(cost.value));
  }
}

chat::ContextUse Budget::account(const FixedCost& fixed) const {
  chat::ContextUse use{.size = context_,
                       .system = real(fixed.system),
                       .tools = real(fixed.tools),
                       .project = real(fixed.project),
                       .retrieved = fixed.retrieved.value > 0 ? real(fixed.retrieved) : Tokens{},
                       .history = {},
                       .reserve = reply_reserve(),
                       .left = {}};
  // The server's count is the truth; where the estimates of the fixed rows exceed it, they give.
  for (Tokens* row : {&use.retrieved, &use.project, &use.tools, &use.system}) {
    const Tokens over = use.used() - used_;
    if (over.value > 0) *row = *row - std::min(over, *row);
  }
  use.history = used_ - use.used();
  use.left = left();
  return use;
}

}  // namespace plim::agent
