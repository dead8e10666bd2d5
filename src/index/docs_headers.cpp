#include "index/docs_headers.hpp"

#include <algorithm>
#include <array>
#include <format>
#include <set>
#include <utility>

#include "index/docs_text.hpp"
#include "index/lex.hpp"
#include "index/sweep.hpp"
#include "sys/directory.hpp"
#include "workspace/line_index.hpp"

namespace plim::index {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_headers = 600;
constexpr std::size_t most_candidates = 12;
constexpr std::size_t most_sources = 4000;
constexpr std::uint64_t largest_file = 4U << 20U;
constexpr std::size_t most_declaration_lines = 24;
constexpr std::size_t most_comment_lines = 1000;
constexpr std::size_t short_comment = 24;  // lines; a longer one comes after its declaration

using Lines = std::vector<workspace::Line>;

std::string_view trimmed(std::string_view line) {
  const auto first = line.find_first_not_of(" \t");
  return first == std::string_view::npos ? std::string_view() : line.substr(first);
}

// "<sqlite3.h>", also of a line "#  include <sys/stat.h>".
void add_includes(std::string_view text, std::set<std::string>& names) {
  for (const auto& [line, ending] : workspace::split_lines(text)) {
    auto rest = trimmed(line);
    if (!rest.starts_with('#')) continue;
    rest = trimmed(rest.substr(1));
    if (!rest.starts_with("include")) continue;
    const auto open = rest.find_first_of("<\"");
    const auto close = open == std::string_view::npos ? open : rest.find_first_of(">\"", open + 1);
    if (close == std::string_view::npos) continue;
    const auto name = rest.substr(open + 1, close - open - 1);
    if (!name.empty() && !name.starts_with('/') && !name.contains("..")) names.emplace(name);
  }
}

bool is_of_c(std::string_view path) {
  const auto language = language_of(path);
  return language == Language::c || language == Language::cpp;
}

bool is_comment(std::string_view line) {
  return line.starts_with("//") || line.starts_with("/*") || line.starts_with('*');
}

bool has_word(std::string_view line, std::string_view name, std::size_t& at) {
  using lex_detail::Kind;
  for (at = line.find(name); at != std::string_view::npos; at = line.find(name, at + 1)) {
    const auto end = at + name.size();
    const bool before = at > 0 && lex_detail::kind_of(line[at - 1]) != Kind::other;
    const bool after = end < line.size() && lex_detail::kind_of(line[end]) != Kind::other;
    if (!before && !after) return true;
  }
  return false;
}

// Whether a name with parentheses behind it is used here, by what stands before it.
bool is_call(std::string_view code, std::string_view before, bool is_indented) {
  if (before.empty()) return is_indented && code.ends_with(';');
  before = before.substr(0, before.find_last_not_of(" \t") + 1);
  if (before.ends_with("::") && !before.contains(' ')) return true;
  constexpr auto ends = std::to_array<std::string_view>({"(", ",", ".", "->"});
  return std::ranges::any_of(ends, [&](auto end) { return before.ends_with(end); }) ||
         before.contains('=') || before.starts_with("return");
}

// How much a line that has the name looks like its declaration; 0: not at all.
int likeness(std::string_view line, std::string_view name, std::size_t at) {
  const auto code = trimmed(line);
  if (is_comment(code)) return 0;
  if (code.starts_with("#")) {
    const auto defined = trimmed(trimmed(code.substr(1)).substr(0, code.size()));
    return defined.starts_with("define") && trimmed(defined.substr(6)).starts_with(name) ? 3 : 0;
  }
  const auto after = trimmed(line.substr(at + name.size()));
  const auto before = trimmed(line.substr(0, at));
  for (const auto* word : {"struct ", "class ", "enum ", "union ", "concept ", "using "}) {
    const bool declares = before.starts_with(word) || before.contains(std::string(" ") + word);
    if (declares && !after.starts_with(';')) return after.starts_with('{') || after.empty() ? 3 : 2;
  }
  if (before.starts_with("typedef") || (code.starts_with('}') && after.starts_with(';'))) return 3;
  if (!after.starts_with('(')) return 0;
  const bool is_indented = line.size() > code.size();
  if (is_call(code, before, is_indented)) return 0;
  return before.empty() && is_indented ? 2 : 3;
}

// The last line of a comment that no code stands before.
bool ends_comment(std::string_view line) {
  const auto text = trimmed(line);
  return text.ends_with("*/") &&
         (text.starts_with('*') || text.starts_with("/*") || !text.contains("/*"));
}

std::size_t start_of_comment(const Lines& lines, std::size_t declaration) {
  const auto least = declaration - std::min(declaration, most_comment_lines);
  std::size_t first = declaration;
  while (first > least && trimmed(lines[first - 1].text).starts_with("//")) --first;
  if (first != declaration || first == 0 || !ends_comment(lines[first - 1].text)) return first;
  while (first > least && !trimmed(lines[first - 1].text).starts_with("/*")) --first;
  return first - (first > least ? 1 : 0);
}

std::size_t end_of_declaration(const Lines& lines, std::size_t first) {
  for (auto i = first; i < std::min(lines.size(), first + most_declaration_lines); ++i) {
    const auto line = lines[i].text;
    const bool goes_on = line.ends_with('\\');
    const bool ends = line.contains(';') || line.contains('{') || line.ends_with('}');
    if ((ends || trimmed(line).starts_with('#')) && !goes_on) return i;
  }
  return std::min(lines.size() - 1, first + most_declaration_lines);
}

std::string version_of(const fs::path& folder, const std::string& header) {
  const auto stem = header.substr(0, header.find_first_of("/."));
  for (const char* place : {"lib/pkgconfig", "share/pkgconfig", "lib/x86_64-linux-gnu/pkgconfig",
                            "lib/aarch64-linux-gnu/pkgconfig", "lib64/pkgconfig"}) {
    const auto directory = sys::Directory::open(folder.parent_path() / place);
    if (!directory) continue;
    for (const auto& name : {stem, "lib" + stem}) {
      const auto file = directory->read(name + ".pc", 1U << 16U);
      const auto at = file ? file->bytes.find("\nVersion:") : std::string::npos;
      if (at == std::string::npos) continue;
      const auto line = std::string_view(file->bytes).substr(at + 9);
      return std::string(trimmed(line.substr(0, line.find('\n'))));
    }
  }
  return "";
}

// Where the standard library of C++ lies: the newest of c++/13, c++/16.
std::vector<fs::path> with_cpp(std::span<const fs::path> folders) {
  std::vector<fs::path> all(folders.begin(), folders.end());
  for (const auto& folder : folders) {
    const auto directory = sys::Directory::open(folder / "c++");
    const auto entries = directory ? directory->entries(".") : fail(Errc::not_found, "");
    if (!entries || entries->empty()) continue;
    const auto newest = std::ranges::max(*entries, {}, [](const sys::DirectoryEntry& entry) {
      return std::pair(entry.name.size(), entry.name);
    });
    all.push_back(folder / "c++" / newest.name);
  }
  return all;
}

class HeaderSearch {
 public:
  HeaderSearch(const std::string& name, std::span<const fs::path> folders, std::size_t limit)
      : name_(name), limit_(limit) {
    for (const auto& folder : with_cpp(folders)) {
      if (auto directory = sys::Directory::open(folder)) {
        places_.emplace_back(folder, std::move(*directory));
      }
    }
  }

  void look(std::set<std::string> names, const std::stop_token& stop) {
    std::set<std::string> seen;
    while (!names.empty() && seen.size() < most_headers) {
      std::set<std::string> next;
      for (const auto& header : names) {
        if (answers_.size() >= limit_ || stop.stop_requested()) return;
        if (seen.insert(header).second && seen.size() <= most_headers) look_into(header, next);
      }
      names = std::move(next);
    }
  }

  std::vector<DocAnswer> take() { return std::move(answers_); }

 private:
  void look_into(const std::string& header, std::set<std::string>& next) {
    for (const auto& [folder, directory] : places_) {
      const auto content = directory.read(header, largest_file);
      if (!content) continue;
      std::set<std::string> included;
      add_includes(content->bytes, included);
      const auto slash = header.rfind('/');
      for (const auto& name : included) {
        next.insert(name);
        // "bits/x.h" beside <sys/y.h>
        if (slash != std::string::npos) next.insert(header.substr(0, slash + 1) + name);
      }
      const auto [text, line] = declaration_in(content->bytes, name_);
      if (text.empty()) return;
      answers_.push_back({.title = name_,
                          .package = header,
                          .version = version_of(folder, header),
                          .source = std::format("{}:{}", (folder / header).string(), line),
                          .text = cut_answer(text),
                          .exact = true});
      return;
    }
  }

  const std::string& name_;
  std::size_t limit_;
  std::vector<std::pair<fs::path, sys::Directory>> places_;
  std::vector<DocAnswer> answers_;
};

}  // namespace

std::pair<std::string, std::size_t> declaration_in(std::string_view text, std::string_view name) {
  if (name.empty() || !text.contains(name)) return {};
  const auto lines = workspace::split_lines(text);
  std::size_t best = 0;
  int best_likeness = 0;
  for (std::size_t i = 0; i < lines.size() && best_likeness < 3; ++i) {
    std::size_t at = 0;
    if (!has_word(lines[i].text, name, at)) continue;
    const auto like = likeness(lines[i].text, name, at);
    if (like > best_likeness) best = i;
    best_likeness = std::max(best_likeness, like);
  }
  if (best_likeness == 0) return {};
  // The type may stand on a line of its own above.
  auto declaration = best;
  const auto line = lines[best].text;
  if (line.starts_with(name) && declaration > 0 && !trimmed(lines[declaration - 1].text).empty() &&
      !is_comment(trimmed(lines[declaration - 1].text))) {
    --declaration;
  }
  const auto join = [&](std::size_t first, std::size_t end) {
    std::string joined;
    for (auto i = first; i < end; ++i) joined += std::string(lines[i].text) + "\n";
    return joined;
  };
  const auto end = end_of_declaration(lines, best) + 1;
  const auto first = start_of_comment(lines, declaration);
  if (first < declaration && declaration - first <= short_comment) {
    return {join(first, end), best + 1};
  }
  // One comment over several declarations: it comes after, since it may be long.
  const auto is_macro = [&](std::size_t i) { return trimmed(lines[i].text).starts_with('#'); };
  auto above = declaration;
  while (above > 0 && declaration - above < most_declaration_lines &&
         !trimmed(lines[above - 1].text).empty() && !ends_comment(lines[above - 1].text) &&
         is_macro(above - 1) == is_macro(declaration)) {
    --above;
  }
  return {join(declaration, end) + join(start_of_comment(lines, above), above), best + 1};
}

std::vector<DocAnswer> find_in_headers(const std::string& name, const std::string& qualifier,
                                       const fs::path& root, std::span<const fs::path> folders,
                                       std::size_t limit, const std::stop_token& stop) {
  const auto directory = sys::Directory::open(root);
  const auto found = directory ? sweep(*directory, most_sources * 10) : fail(Errc::not_found, "");
  if (!found) return {};
  std::set<std::string> names;
  std::size_t read = 0;
  for (const auto& file : found->files) {
    if (!is_of_c(file.path) || stop.stop_requested()) continue;
    if (++read > most_sources) break;
    if (const auto content = directory->read(file.path, largest_file)) {
      add_includes(content->bytes, names);
    }
  }
  HeaderSearch search(name, folders, std::max(limit, most_candidates));
  search.look(std::move(names), stop);
  auto answers = search.take();
  // "vector::push_back" is rather in bits/stl_vector.h than in another's list.
  std::ranges::stable_partition(answers, [&](const DocAnswer& answer) {
    return !qualifier.empty() && answer.package.contains(qualifier);
  });
  if (answers.size() > limit) answers.resize(limit);
  return answers;
}

}  // namespace plim::index
