// What issue forms and chat add around the words that matter. Inside index only.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace plim::index {

/// Without the `<!-- … -->` comments that forms hold for their writers.
[[nodiscard]] std::string without_comments(std::string_view text);

/// A line that titles a section: `## Steps`, `**Describe the bug**`.
[[nodiscard]] bool is_heading(std::string_view line);

/// A heading of what everybody's machine has: versions, platform, environment.
[[nodiscard]] bool begins_environment(std::string_view line);

/// A line without its links. Those into a repository (`…/blob/main/src/a.c#L3`) name a file: its
/// path is appended to `paths`.
[[nodiscard]] std::string without_links(std::string_view line, std::vector<std::string>& paths);

struct Subject {
  bool tests = false;  ///< "Add tests for the parser": tests are what is to be changed…
  bool docs = false;   ///< …or documentation.
};

/// What a title wants changed, other than the product itself.
[[nodiscard]] Subject subject_of(std::string_view title);

}  // namespace plim::index
