#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Inside index only: what a failing test does.
namespace plim::index::logs {

/// The lines of a test in its file: from the line that defines `method` (or from the innermost
/// definition above `line`, when the method is not found) to where its braces or its
/// indentation end, at most 200 lines. Empty when neither is there.
[[nodiscard]] std::string_view test_body(std::string_view file, std::string_view method, int line);

/// The names a test uses and how often, without keywords, assertions and the test's own.
[[nodiscard]] std::vector<std::pair<std::string, int>> names_used(std::string_view body);

}  // namespace plim::index::logs
