#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "index/log_parser.hpp"

namespace plim::index {

/// What is known of the project a log comes from. All of it must outlive the call.
struct LogProject {
  std::span<const std::string> paths;  ///< Relative to the root.
  /// A file's text, for the body of a failing test; empty: bodies are not looked into.
  std::function<std::optional<std::string>(const std::string& path)> read;
  /// Files that define a name, few; empty: only files named like it count.
  std::function<std::vector<std::string>(std::string_view name)> definers;
};

/// What spoke for a file.
enum class LogReason { place, frame, test_name, test_body, message };

[[nodiscard]] std::string_view to_string(LogReason reason);

struct LogFile {
  std::string path;
  double score = 0;
  LogReason reason = LogReason::place;
  int line = 0;  ///< That the log names in it; 0: none.

  friend bool operator==(const LogFile&, const LogFile&) = default;
};

/// The files in which the faults of a log probably are, best first. A compiler's place counts
/// most; of a stack its innermost own frames; of a failing test less the test than what it is named
/// after, what its body uses and what the message mentions: in two of three failing tests no
/// frame of the product is left.
[[nodiscard]] std::vector<LogFile> rank_log(const LogReport& report, const LogProject& project,
                                            std::size_t limit);

/// Whether a file holds tests, by its path: "test/…", "x_test.go", "XTest.java", "x.spec.ts".
[[nodiscard]] bool is_test_path(std::string_view path);

}  // namespace plim::index
