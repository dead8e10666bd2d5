#include "index/issue_form.hpp"

#include <algorithm>

#include "index/lex.hpp"

namespace plim::index {
namespace {

std::string pair_of(std::string_view left, std::string_view right) {
  std::string pair(Folded(left).view());
  pair += ' ';
  return pair += Folded(right).view();
}

}  // namespace

void IssueForm::add(std::string_view text) {
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    std::string_view before;
    for_each_name(text.substr(0, end), [&](std::string_view name, std::size_t) {
      if (!before.empty()) pairs_.insert(pair_of(before, name));
      before = name;
    });
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

bool IssueForm::has(std::string_view left, std::string_view right) const {
  return !pairs_.empty() && pairs_.contains(pair_of(left, right));
}

bool is_issue_form(std::string_view path) {
  constexpr std::string_view mark = "issue_template";
  const auto same = [](char left, char right) { return lex_detail::lower(left) == right; };
  return !std::ranges::search(path, mark, same).empty();
}

}  // namespace plim::index
