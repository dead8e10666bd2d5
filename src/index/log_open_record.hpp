#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "index/log_line.hpp"
#include "index/log_parser.hpp"

// Inside index only: a record while its lines come in.
namespace plim::index::logs {

enum class Family { diagnostic, crash, test };

/// Of a line: see LogLine.
struct LineNumber {
  std::size_t number = 0;
  std::size_t ordinal = 0;
};

/// A line of the log as it is kept: at most 400 bytes, cut in its middle.
[[nodiscard]] LogLine kept_line(LineNumber number, LineUse use, std::string_view text);

/// A message with its numbers, addresses and white space made equal, at most 200 bytes: two records
/// with the same one are one.
[[nodiscard]] std::string normalised(std::string_view message);

/// Bounded: so many lines of each use, the first of them, and of frames also the last ones.
class OpenRecord {
 public:
  explicit OpenRecord(Family family) : family_(family) {}

  void add(LineNumber number, LineUse use, std::string_view text);
  /// A frame and the line it stands on.
  void add_frame(LineNumber number, const Line& line, std::string_view text);
  /// The first one that is given wins: code, message, place, symbol.
  void describe(const Line& line);
  /// What follows is another stack of the same fault. `cause`: and the more telling one.
  void next_stack(bool cause);

  [[nodiscard]] Family family() const { return family_; }
  [[nodiscard]] bool has_message() const { return !record_.message.empty() || messages_ > 0; }
  [[nodiscard]] bool has_frames() const { return !stack_.empty() || !record_.frames.empty(); }
  [[nodiscard]] bool has_place() const { return record_.line > 0; }
  [[nodiscard]] LogRecord& record() { return record_; }

  /// The record, frames innermost first.
  [[nodiscard]] LogRecord take();

  bool outermost_first = false;   ///< Python: the innermost frame is the last one.
  bool awaits_exception = false;  ///< A trace has begun whose exception comes last.
  std::size_t blanks = 0;         ///< In a row, up to here.
  std::size_t idle = 0;           ///< Plain lines in a row.
  std::size_t indent = 0;         ///< Of the trace's title.
  bool noted = false;             ///< A note has begun: excerpts belong to it.

 private:
  Family family_;
  LogRecord record_;
  std::vector<LogFrame> stack_;  // of the trace at hand, in the order of the log
  std::deque<LogFrame> stack_end_;
  std::deque<LogLine> last_frames_;
  std::string caller_;  // the line above a frame, which may be its function
  bool cause_ = false;
  std::size_t messages_ = 0;
  std::size_t counts_[8] = {};
};

}  // namespace plim::index::logs
