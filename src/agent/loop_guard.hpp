#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "chat/message.hpp"

namespace plim::agent {

/// Notices a model that goes in circles: the same call with the same result (A-A-A or A-B-A-B),
/// reading again what it was shown and has not changed, edits that undo one another.
class LoopGuard {
 public:
  enum class Verdict {
    go_on,
    repeating,  ///< The same call for the third time: the model is told to do something else.
    circling,   ///< Third read without news, or second edit back to an earlier state: the same.
    stop,       ///< It was told and went on.
  };

  /// To be called with each finished call, in order. `path` and `hash` are of the one file the call
  /// read or wrote, as it is now; empty for none.
  [[nodiscard]] Verdict observe(const chat::ToolCall& call, const chat::ToolResult& result,
                                const std::string& path = {}, const std::string& hash = {});

  /// Something outside changed what results mean (a new user message).
  void reset() { seen_.clear(); }
  /// What was shown is no longer in the transcript: reading it again is no circle.
  void forget_shown() { shown_.clear(), without_news_.clear(); }

 private:
  [[nodiscard]] Verdict observe_read(const std::string& path, std::string_view text,
                                     const std::string& hash);
  [[nodiscard]] Verdict observe_edit(const std::string& path, const std::string& hash);

  std::vector<std::size_t> seen_;  // hashes of (name, arguments, result), newest last
  std::map<std::string, std::set<std::size_t>> shown_;      // lines of each file
  std::deque<bool> without_news_;                           // of the last calls, reads without news
  std::map<std::string, std::vector<std::string>> states_;  // content hashes of each edited file
  std::map<std::string, int> returns_;                      // to an earlier state
};

}  // namespace plim::agent
