#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

// Inside index only: a log's bytes as lines of clean text.
namespace plim::index::logs {

/// Cuts a stream into lines. Escape sequences, control characters and what a carriage return
/// overwrote are gone, bytes are UTF-8, a JSON event is the text it carries. What a line has
/// beyond 16 KiB is not kept, so neither time nor memory depends on what is fed.
class LineReader {
 public:
  /// Called for each line, valid during the call.
  using Visit = std::function<void(std::string_view line)>;

  void feed(std::string_view piece, const Visit& visit);
  /// The last line, when no newline ended it.
  void finish(const Visit& visit);

 private:
  void end_line(const Visit& visit);

  std::string line_;
};

}  // namespace plim::index::logs
