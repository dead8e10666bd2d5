#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace plim::index {

/// Whether a path or a frame is of a runtime, a library or a test framework, by look:
/// "/usr/include/…", "node_modules/…", "java.base/…", "org.junit.Assert.fail".
[[nodiscard]] bool is_foreign(std::string_view path_or_frame);

/// The file that a line of a stack or a diagnostic names, as printed; "" for none.
[[nodiscard]] std::string file_of_line(std::string_view line);

/// Finds the project's file that a log means. Logs print paths of containers, build folders and
/// packages; what decides is the longest common tail, in whole parts.
class PathResolver {
 public:
  /// `paths` are relative to the project's root; they must outlive this.
  explicit PathResolver(std::span<const std::string> paths);

  /// The best matches of a printed path: those that share the longest tail with it, at most
  /// `most`, in order of `paths`. Of several a longer tail is asked for: "b.cpp" names any
  /// "a/b.cpp", "x/b.cpp" only those in an "x" if there is one.
  [[nodiscard]] std::vector<std::string> resolve(std::string_view printed,
                                                 std::size_t most = 4) const;

 private:
  std::span<const std::string> paths_;
  std::unordered_map<std::string_view, std::vector<std::uint32_t>> by_name_;
};

}  // namespace plim::index
