#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Inside agent only: how models write tool calls when no server reads them.
namespace plim::agent {

/// A call as it stands in a text; `arguments` is a JSON object, or what was written instead of one.
struct WrittenCall {
  std::string name;
  std::string arguments;

  friend bool operator==(const WrittenCall&, const WrittenCall&) = default;
};

/// Bytes [begin, end) of a text hold these calls.
struct Passage {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::vector<WrittenCall> calls;
};

/// One way of writing calls.
struct Dialect {
  std::string_view name;
  /// Marked by tokens that prose never has: any tool name counts.
  bool is_marked = true;
  /// The first passage at or after `from`.
  std::optional<Passage> (*find)(std::string_view text, std::size_t from);
};

/// Most specific first.
[[nodiscard]] const std::vector<Dialect>& dialects();

}  // namespace plim::agent
