#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "chat/message.hpp"

namespace plim::agent {

/// What happened so far, kept by plim from calls and results, never by the model: what a
/// compaction must not lose besides the user's own words.
class Record {
 public:
  /// Gives a file's content hash, empty when there is no such file.
  using HashOf = std::function<std::string(const std::string& path)>;

  /// Goes through a transcript that a session resumes with, an earlier collapse's record included.
  void restore(const chat::Transcript& transcript);
  /// One finished call.
  void observe(const chat::ToolCall& call, std::string_view result, bool is_error);
  /// A command or tool changed a file.
  void changed(const std::string& path) { changed_.insert(path); }
  /// The project's tests ran.
  void verified(bool passed, std::string_view text);

  /// Lines of text, at most `max_bytes`: files changed and read with the start of their hashes,
  /// the failing tests, the last error.
  [[nodiscard]] std::string text(const HashOf& hash_of, std::size_t max_bytes) const;

 private:
  std::set<std::string> changed_;
  std::set<std::string> read_;
  std::string last_command_;  // and how it ended, when it failed
  std::string last_error_;
  std::string failing_;  // the tests' output; empty: pass, or never ran
  bool passed_ = false;
};

}  // namespace plim::agent
