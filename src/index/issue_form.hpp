#pragma once

#include <string>
#include <string_view>
#include <unordered_set>

namespace plim::index {

/// What the forms say that a project has its askers fill in. A task that was written on one repeats
/// it (headings, advice, a sample log), and these words say nothing of where.
class IssueForm {
 public:
  /// Takes in the text of a form.
  void add(std::string_view text);

  /// Whether a form has these two names in a row, whatever their case.
  [[nodiscard]] bool has(std::string_view left, std::string_view right) const;

 private:
  std::unordered_set<std::string> pairs_;
};

/// Whether a file is such a form.
/// Source: GitHub docs, "About issue and pull request templates"; GitLab docs, "Description
/// templates".
[[nodiscard]] bool is_issue_form(std::string_view path);

}  // namespace plim::index
