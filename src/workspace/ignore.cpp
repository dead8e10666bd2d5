#include "workspace/ignore.hpp"

#include <ranges>

#include "workspace/glob.hpp"
#include "workspace/line_index.hpp"

namespace plim::workspace {
namespace {

constexpr std::size_t max_rules = 10'000;

// Trailing spaces do not count unless a backslash keeps them.
std::string_view without_trailing_spaces(std::string_view line) {
  while (line.ends_with(' ') && !line.ends_with("\\ ")) line.remove_suffix(1);
  return line;
}

}  // namespace

IgnoreFile::IgnoreFile(std::string base, std::string_view text) : base_(std::move(base)) {
  for (const Line& line : split_lines(text)) {
    if (rules_.size() == max_rules) break;
    if (auto rule = parse(line.text)) rules_.push_back(*std::move(rule));
  }
}

std::optional<IgnoreFile::Rule> IgnoreFile::parse(std::string_view line) {
  line = without_trailing_spaces(line);
  if (line.starts_with('#')) return std::nullopt;
  Rule rule;
  if (line.starts_with('!')) {
    rule.negated = true;
    line.remove_prefix(1);
  }
  if (line.ends_with('/')) {
    rule.directories_only = true;
    line.remove_suffix(1);
  }
  // Without a slash (but a last one) it means a name at any depth.
  if (!line.contains('/')) rule.parts.emplace_back("**");
  for (const auto part : path_parts(line)) rule.parts.emplace_back(part);
  if (line.empty() || rule.parts.empty()) return std::nullopt;
  return rule;
}

std::optional<bool> IgnoreFile::ignores(std::string_view path, bool is_directory) const {
  if (!base_.empty()) path.remove_prefix(base_.size() + 1);
  const auto parts = path_parts(path);
  for (const Rule& rule : rules_ | std::views::reverse) {
    if (rule.directories_only && !is_directory) continue;
    if (path_matches(rule.parts, parts)) return !rule.negated;
  }
  return std::nullopt;
}

bool is_ignored(const std::vector<IgnoreFile>& files, std::string_view path, bool is_directory) {
  for (const IgnoreFile& file : files | std::views::reverse) {
    if (const auto verdict = file.ignores(path, is_directory)) return *verdict;
  }
  return false;
}

}  // namespace plim::workspace
