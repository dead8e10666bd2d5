#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "base/units.hpp"
#include "chat/event.hpp"
#include "chat/message.hpp"
#include "tools/text_cost.hpp"

namespace plim::agent {

using tools::text_cost;
/// A message's cost, with what a template puts around it.
[[nodiscard]] Tokens message_cost(const chat::Message& message);
[[nodiscard]] Tokens transcript_cost(std::span<const chat::Message> transcript);

/// What of a request stays the same in every turn, as text_cost counts it.
struct FixedCost {
  Tokens system;
  Tokens tools;
  Tokens project;
  Tokens retrieved;
};

/// The context as an account: what the served slot holds, what is used, what may still go in.
///
/// Costs are estimates, scaled by what each reply's real counts teach.
class Budget {
 public:
  explicit Budget(Tokens context) : context_(context) {}

  /// Kept free for the model's reply: a sixth of the context, 256 to 4096 tokens.
  [[nodiscard]] Tokens reply_reserve() const;
  /// Of these, what may be thought: three quarters; the rest is for what the thought leads to.
  [[nodiscard]] Tokens thinking() const { return {reply_reserve().value * 3 / 4}; }
  /// The next reply's cap: the reserve, or what is left of it. Below `least_reply` none is asked
  /// for.
  [[nodiscard]] Tokens reply_cap() const;
  static constexpr Tokens least_reply{128};

  /// Before the reply's reserve begins; negative when the next request must drop something.
  [[nodiscard]] Tokens left() const { return context_ - used_ - reply_reserve(); }
  /// Cap of one tool result: an eighth of the context, and never more than what is left.
  [[nodiscard]] Tokens tool_result() const;
  /// The same in bytes, but at least 256, so that a result always says something.
  [[nodiscard]] std::size_t tool_result_bytes() const { return bytes_for(tool_result()); }
  /// Cap of the file list in the first message, in bytes: 2% of the context.
  [[nodiscard]] std::size_t file_list_bytes() const;
  /// Cap of the project's instructions, and of a nested AGENTS.md each, in bytes: 2% too.
  [[nodiscard]] std::size_t instruction_bytes() const { return file_list_bytes(); }
  /// Cap of what is looked up for the task before the first turn: 15% of the context in round
  /// hundreds, at most 6000; nothing in a context below 8000, where it would crowd the work out.
  [[nodiscard]] Tokens retrieved() const;
  [[nodiscard]] Tokens used() const { return used_; }
  [[nodiscard]] Tokens context() const { return context_; }
  /// Whether room should be made before the next request: a tool result of any use (a twelfth of
  /// the context) would not fit. That is at 3/4 of contexts up to 24k, later in larger ones.
  [[nodiscard]] bool is_tight() const { return left().value * 12 < context_.value; }

  /// A cost in this server's tokens.
  [[nodiscard]] Tokens real(Tokens cost) const;
  /// `text` is within a cap in this server's tokens.
  [[nodiscard]] bool fits(std::string_view text, Tokens cap) const;

  /// A message that will be in the next request.
  void add(const chat::Message& message) { used_ += real(message_cost(message)); }
  /// What the server counted for a request of `cost` and its reply.
  void correct(const chat::Usage& usage, Tokens cost);
  /// The server refused a request of `cost` and said what it counted.
  void correct(Tokens prompt, Tokens context, Tokens cost);
  /// The next request will cost this much.
  void restart(Tokens cost) { used_ = real(cost); }

  /// All rows; they add up to the context's size.
  [[nodiscard]] chat::ContextUse account(const FixedCost& fixed) const;

 private:
  [[nodiscard]] std::size_t bytes_for(Tokens tokens) const;
  void learn(Tokens counted, Tokens cost);

  Tokens context_;
  Tokens used_;
  double scale_ = 1.0;
};

}  // namespace plim::agent
