#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plim::workspace {

/// One ignore file. Ours, because running git in somebody's project runs what its configuration
/// names. Source: gitignore(5), "PATTERN FORMAT".
class IgnoreFile {
 public:
  /// `base` is the folder it applies to, relative to the root: "" or "a/b". At most 10,000
  /// patterns are read.
  IgnoreFile(std::string base, std::string_view text);

  /// Whether the last pattern that matches `path` (relative to the root, beneath `base`) ignores
  /// it or takes it back; nothing when none matches.
  [[nodiscard]] std::optional<bool> ignores(std::string_view path, bool is_directory) const;

 private:
  struct Rule {
    std::vector<std::string> parts;
    bool negated = false;
    bool directories_only = false;
  };
  static std::optional<Rule> parse(std::string_view line);

  std::string base_;
  std::vector<Rule> rules_;
};

/// Of several ignore files, outermost first, the innermost that has a say decides.
[[nodiscard]] bool is_ignored(const std::vector<IgnoreFile>& files, std::string_view path,
                              bool is_directory);

}  // namespace plim::workspace
