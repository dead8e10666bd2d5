#include "index/log_names.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "index/lex.hpp"
#include "index/log_rank.hpp"
#include "index/log_scan.hpp"

namespace plim::index::logs {
namespace {

std::string_view stem_of(std::string_view path) {
  const auto slash = path.find_last_of("/\\");
  if (slash != std::string_view::npos) path.remove_prefix(slash + 1);
  return path.substr(0, path.find('.', 1));
}

std::string folded(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (c != '_' && c != '-') out += to_lower(c);
  }
  return out;
}

bool drop_suffix(std::string_view& name, std::string_view suffix) {
  if (!name.ends_with(suffix) || name.size() == suffix.size()) return false;
  name.remove_suffix(suffix.size());
  return true;
}

bool is_unit_mark(char c) {
  return c == '.' || c == ':' || c == '/' || c == '#' || c == '$' || c == '(' || c == ')' ||
         c == '[' || c == ' ' || c == '>' || c == ',' || c == '\\';
}

}  // namespace

std::vector<std::string> words_of(std::string_view name) {
  std::vector<std::string> words;
  for_each_part(name, [&](std::string_view part) {
    std::string word;
    for (const char c : part) word += to_lower(c);
    // A plural names the same thing.
    if (word.size() > 4 && word.ends_with('s') && !word.ends_with("ss")) word.pop_back();
    if (!std::ranges::contains(words, word)) words.push_back(std::move(word));
  });
  return words;
}

std::string_view without_test_words(std::string_view name) {
  constexpr auto suffixes = std::to_array<std::string_view>(
      {"TestCase", "Tests", "Test", "_tests", "_test", "-test", "-tests", "Spec", "_spec", "-spec",
       "Specs", "IT", "Case", "_unittest", "Suite"});
  constexpr auto prefixes = std::to_array<std::string_view>({"Test", "test_", "test-", "tests_"});
  for (bool again = true; again;) {
    again = std::ranges::any_of(suffixes, [&](auto suffix) { return drop_suffix(name, suffix); });
  }
  for (const auto prefix : prefixes) {
    if (name.size() > prefix.size() && name.starts_with(prefix)) {
      name.remove_prefix(prefix.size());
      break;
    }
  }
  if (name.size() > 4 && name.starts_with("test") && name[4] >= 'A' && name[4] <= 'Z') {
    name.remove_prefix(4);
  }
  return name;
}

TestName read_test_name(std::string_view test) {
  TestName found;
  // "adds (test_cart.CartTest.adds)" and "adds(shop.CartTest)": the class is in parentheses.
  std::string_view units = test;
  if (const auto open = test.find('('); open != std::string_view::npos && open > 0) {
    found.method = trim(test.substr(0, open));
    units = test.substr(open + 1, test.find(')', open) - open - 1);
  }
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= units.size(); ++i) {
    if (i < units.size() && !is_unit_mark(units[i])) continue;
    const auto part = units.substr(begin, i - begin);
    begin = i + 1;
    if (part.size() > 1 && part.size() <= max_word && is_alpha(part.front())) {
      found.units.emplace_back(part);
    }
  }
  if (found.method.empty() && !found.units.empty()) {
    found.method = found.units.back();
    found.units.pop_back();
  }
  return found;
}

FileNames::FileNames(std::span<const std::string> paths)
    : paths_(paths), word_counts_(paths.size()) {
  for (std::uint32_t i = 0; i < paths.size(); ++i) {
    const auto stem = stem_of(paths[i]);
    by_stem_[folded(stem)].push_back(i);
    if (is_test_path(paths[i])) continue;
    const auto words = words_of(stem);
    word_counts_[i] = static_cast<std::uint32_t>(words.size());
    for (const auto& word : words) by_word_[word].push_back(i);
  }
}

std::vector<std::uint32_t> FileNames::exact(std::string_view name) const {
  const auto found = by_stem_.find(folded(name));
  return found == by_stem_.end() ? std::vector<std::uint32_t>{} : found->second;
}

std::vector<std::pair<std::uint32_t, double>> FileNames::similar(std::string_view name) const {
  // Of both names' words, weighted by rarity: what is shared against what is not.
  const auto weight = [&](const std::string& word) {
    const auto files = by_word_.find(word);
    const double count = files == by_word_.end() ? 0.5 : static_cast<double>(files->second.size());
    return std::log(1 + static_cast<double>(paths_.size()) / count);
  };
  const auto words = words_of(name);
  double asked = 0;
  std::unordered_map<std::uint32_t, double> shared;
  for (const auto& word : words) {
    asked += weight(word);
    const auto files = by_word_.find(word);
    if (files == by_word_.end()) continue;
    for (const auto file : files->second) shared[file] += weight(word);
  }
  std::vector<std::pair<std::uint32_t, double>> found;
  for (const auto& [file, common] : shared) {
    double own = 0;
    for (const auto& word : words_of(stem_of(paths_[file]))) own += weight(word);
    found.emplace_back(file, common / (asked + own - common));
  }
  std::ranges::sort(found, [](const auto& a, const auto& b) {
    return a.second != b.second ? a.second > b.second : a.first < b.first;
  });
  if (found.size() > 40) found.resize(40);
  return found;
}

}  // namespace plim::index::logs
