#include "index/log_paths.hpp"

#include <algorithm>
#include <array>

#include "index/log_line.hpp"

namespace plim::index {
namespace {

std::string_view name_of(std::string_view path) {
  const auto slash = path.find_last_of("/\\");
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

std::string_view folder_of(std::string_view path) {
  const auto slash = path.find_last_of("/\\");
  return slash == std::string_view::npos ? std::string_view{} : path.substr(0, slash);
}

// How many trailing parts of two paths are equal.
std::size_t common_tail(std::string_view a, std::string_view b) {
  std::size_t parts = 0;
  while (!a.empty() && !b.empty() && name_of(a) == name_of(b)) {
    ++parts;
    a = folder_of(a);
    b = folder_of(b);
  }
  return parts;
}

}  // namespace

bool is_foreign(std::string_view text) {
  constexpr auto parts = std::to_array<std::string_view>({"/usr/include/",
                                                          "/usr/lib",
                                                          "/usr/share/",
                                                          "/usr/local/lib",
                                                          "/lib/",
                                                          "/lib64/",
                                                          "node_modules/",
                                                          "node:",
                                                          "(native)",
                                                          "site-packages/",
                                                          "dist-packages/",
                                                          "/rustc/",
                                                          "/.cargo/registry/",
                                                          "/rustlib/",
                                                          "/go/pkg/mod/",
                                                          "/usr/local/go/",
                                                          "/libexec/",
                                                          "java.base/",
                                                          "jdk.internal.",
                                                          "sun.reflect.",
                                                          "java.lang.",
                                                          "java.util.",
                                                          "javax.",
                                                          "org.junit.",
                                                          "junit.framework.",
                                                          "org.gradle.",
                                                          "org.apache.maven.",
                                                          "org.apache.tools.ant.",
                                                          "org.testng.",
                                                          "org.mockito.internal.",
                                                          "kotlin.",
                                                          "scala.",
                                                          "org.hamcrest.",
                                                          "../sysdeps/",
                                                          "../csu/",
                                                          "libsanitizer/",
                                                          "vg_replace_malloc",
                                                          "/build/glibc",
                                                          "<frozen ",
                                                          "<internal:",
                                                          "/rubygems/",
                                                          "/gems/",
                                                          "Native Method",
                                                          "/runtime/panic.go",
                                                          "/testing/testing.go",
                                                          "libstdc++",
                                                          "/bits/",
                                                          "std::rt::",
                                                          "core::panicking",
                                                          "core::ops::",
                                                          "std::panicking",
                                                          "rust_begin_unwind",
                                                          "vendor/phpunit",
                                                          "[C]:",
                                                          "in unittest",
                                                          "/unittest/",
                                                          "/_pytest/",
                                                          "/pluggy/",
                                                          "googletest/src/"});
  return std::ranges::any_of(parts, [&](auto part) { return text.contains(part); });
}

std::string file_of_line(std::string_view line) {
  const auto found = logs::classify(line);
  if (!found.at.file.empty()) return std::string(found.at.file);
  const auto place = logs::last_place(line);
  return place ? std::string(place->file) : std::string{};
}

PathResolver::PathResolver(std::span<const std::string> paths) : paths_(paths) {
  by_name_.reserve(paths.size());
  for (std::uint32_t i = 0; i < paths.size(); ++i) by_name_[name_of(paths[i])].push_back(i);
}

std::vector<std::string> PathResolver::resolve(std::string_view printed, std::size_t most) const {
  const auto named = by_name_.find(name_of(printed));
  if (named == by_name_.end()) return {};
  std::size_t longest = 0;
  std::vector<std::string> best;
  for (const auto i : named->second) {
    const auto parts = common_tail(paths_[i], printed);
    if (parts > longest) {
      longest = parts;
      best.clear();
    }
    if (parts == longest && best.size() < most) best.push_back(paths_[i]);
  }
  return best;
}

}  // namespace plim::index
