#pragma once

#include <cstddef>

#include "base/units.hpp"
#include "chat/message.hpp"

namespace plim::agent {

/// The context as an account: what the served slot holds, what is used, what may still go in.
///
/// Text is estimated at a ratio of bytes to tokens that each reply's real counts correct.
class Budget {
 public:
  explicit Budget(Tokens context) : context_(context) {}

  /// Kept free for the model's reply: a sixth of the context, 256 to 4096 tokens.
  [[nodiscard]] Tokens reply_reserve() const;
  /// Cap of one tool result in bytes: an eighth of the context, and never more than what is left
  /// before the reply's reserve (but 256 bytes, so that a result always says something).
  [[nodiscard]] std::size_t tool_result_bytes() const;
  /// Cap of the file list in the first message, in bytes: 2% of the context.
  [[nodiscard]] std::size_t file_list_bytes() const;
  [[nodiscard]] Tokens used() const { return used_; }
  [[nodiscard]] Tokens context() const { return context_; }
  /// Whether the next request should be preceded by compaction: used above 3/4 of the context.
  [[nodiscard]] bool is_tight() const { return used_.value * 4 > context_.value * 3; }

  /// Text that will be in the next request.
  void add(std::size_t bytes);
  /// What the server counted for a request of `request_bytes` and its reply.
  void correct(const chat::Usage& usage, std::size_t request_bytes);
  /// After compaction: the transcript now holds this many bytes.
  void restart(std::size_t bytes);

 private:
  [[nodiscard]] Tokens estimate(std::size_t bytes) const;

  Tokens context_;
  Tokens used_;
  // 3 bytes a token is below what code costs in the vocabularies of current models (3.2 to 4),
  // so a first estimate errs on the safe side.
  double bytes_per_token_ = 3.0;
};

}  // namespace plim::agent
