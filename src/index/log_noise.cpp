// What a reader in search of a fault never needs, and what sums a log up.
#include <algorithm>
#include <array>

#include "index/log_line.hpp"

namespace plim::index::logs {
namespace {

template <std::size_t N>
bool starts_with_any(std::string_view text, const std::array<std::string_view, N>& prefixes) {
  return std::ranges::any_of(prefixes, [&](auto prefix) { return text.starts_with(prefix); });
}

// "[ 12%] Building…", "[3/14] g++ …", "[1/2] ✓"
bool is_progress(std::string_view body) {
  if (!eat(body, "[")) return false;
  body = trim_left(body);
  if (!eat_number(body)) return false;
  if (eat(body, "%]")) return true;
  return eat(body, "/") && eat_number(body) && body.starts_with("]");
}

// A compiler's command line, as make and ninja print it.
bool is_command(std::string_view body) {
  const auto program = body.substr(0, body.find(' '));
  const auto name =
      program.substr(program.rfind('/') == std::string_view::npos ? 0 : program.rfind('/') + 1);
  constexpr auto compilers = std::to_array<std::string_view>(
      {"g++", "gcc", "c++", "cc", "clang", "clang++", "ccache", "javac", "rustc", "go", "ar", "ld",
       "nvcc", "emcc", "libtool:"});
  return std::ranges::contains(compilers, name) &&
         (body.contains(" -c ") || body.contains(" -o ") || body.contains(" -d "));
}

}  // namespace

std::optional<Line> match_noise(const RawLine& raw) {
  constexpr auto starts = std::to_array<std::string_view>({"-- ",
                                                           "Compiling ",
                                                           "Downloading ",
                                                           "Downloaded ",
                                                           "Installing ",
                                                           "Collecting ",
                                                           "Requirement already ",
                                                           "Using cached ",
                                                           "Building wheel",
                                                           "[INFO]",
                                                           "[DEBUG]",
                                                           "npm warn ",
                                                           "npm WARN ",
                                                           "npm notice",
                                                           "> Task ",
                                                           "Scanning dependencies",
                                                           "Fetching ",
                                                           "Updating ",
                                                           "Resolving ",
                                                           "remote: ",
                                                           "Receiving objects",
                                                           "Unpacking ",
                                                           "Selecting previously",
                                                           "Preparing to unpack",
                                                           "Get:",
                                                           "Hit:",
                                                           "Running main() from",
                                                           "platform ",
                                                           "rootdir: ",
                                                           "plugins: ",
                                                           "cachedir: ",
                                                           "collecting ",
                                                           "Progress (",
                                                           "Consolidate compiler generated",
                                                           "Checking ",
                                                           "Locking ",
                                                           "Adding ",
                                                           "Entering directory",
                                                           "Blocking waiting"});
  if (raw.body.starts_with("-- Configuring incomplete")) return Line{.kind = LineKind::summary};
  if (starts_with_any(raw.body, starts) || is_progress(raw.body) || is_command(raw.body)) {
    return Line{.kind = LineKind::noise};
  }
  if (raw.body.starts_with("make") &&
      (raw.body.contains(": Entering directory") || raw.body.contains(": Leaving directory"))) {
    return Line{.kind = LineKind::noise};
  }
  if (raw.body.size() >= 4 && raw.body.find_first_not_of("=-_*~.+ ") == std::string_view::npos) {
    return Line{.kind = LineKind::separator};
  }
  return std::nullopt;
}

std::optional<Line> match_summary(const RawLine& raw) {
  constexpr auto starts = std::to_array<std::string_view>({"SUMMARY: ",
                                                           "collect2: error: ",
                                                           "ninja: build stopped",
                                                           "error: could not compile",
                                                           "error: aborting due to",
                                                           "error: build failed",
                                                           "error: test failed",
                                                           "BUILD FAILED",
                                                           "BUILD FAILURE",
                                                           "FAILED (",
                                                           "Ran ",
                                                           "Tests run:",
                                                           "Tests:",
                                                           "Test Suites:",
                                                           "Test Files",
                                                           "failures:",
                                                           "The following tests FAILED",
                                                           "Errors while running CTest",
                                                           "Failed ",
                                                           "Result: ",
                                                           "Failures:",
                                                           "ERROR SUMMARY:",
                                                           "Some errors have detailed",
                                                           "For more information about",
                                                           "test cases:",
                                                           "assertions:",
                                                           "[doctest]",
                                                           "exit status ",
                                                           "Process exited",
                                                           "FAILED: ",
                                                           "Finished in ",
                                                           "FAILURES!",
                                                           "error: failed to run custom build",
                                                           "Command failed",
                                                           "warning: build failed",
                                                           "linker command failed",
                                                           "clang: error: linker",
                                                           "clang++: error: linker",
                                                           "1 error",
                                                           "Found "});
  const auto body = raw.body;
  if (starts_with_any(body, starts)) return Line{.kind = LineKind::summary};
  if (body.contains("ERROR SUMMARY: ") || body.starts_with("rspec ./")) {
    return Line{.kind = LineKind::summary};
  }
  // Counts: "3 errors generated.", "= 1 failed, 60 passed in 0.1s =", "51 runs, … 1 failures"
  auto text = body;
  while (eat(text, "=") || eat(text, " ")) {
  }
  if (eat_number(text) &&
      (text.starts_with(" error") || text.starts_with(" warning") || text.starts_with(" fail") ||
       text.starts_with(" FAILED") || text.starts_with(" passing") || text.starts_with(" passed") ||
       text.starts_with(" runs") || text.starts_with(" examples") ||
       text.starts_with("% tests passed") || text.starts_with(" problem"))) {
    return Line{.kind = LineKind::summary};
  }
  if (body.starts_with("FAILED ") && body.contains("::")) return Line{.kind = LineKind::summary};
  if (body.starts_with("ERROR ") && body.contains(".py")) return Line{.kind = LineKind::summary};
  if (body.starts_with("===") && body.ends_with("===")) {
    return Line{.kind = body.contains(" failed") || body.contains(" error") ? LineKind::summary
                                                                            : LineKind::separator};
  }
  return std::nullopt;
}

}  // namespace plim::index::logs
