#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "chat/message.hpp"

namespace plim::agent {

/// Notices a model that goes in circles: the same call with the same result, A-A-A or A-B-A-B.
class LoopGuard {
 public:
  enum class Verdict {
    go_on,
    warn,  ///< Third time: the model is told to do something different.
    stop,  ///< Fifth time: it was told and went on.
  };

  /// To be called with each finished call, in order.
  [[nodiscard]] Verdict observe(const chat::ToolCall& call, const chat::ToolResult& result);

  /// Something outside changed what results mean (a new user message).
  void reset() { seen_.clear(); }

 private:
  std::vector<std::size_t> seen_;  // hashes of (name, arguments, result), newest last
};

}  // namespace plim::agent
