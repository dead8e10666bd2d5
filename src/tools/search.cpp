#include <format>

#include <re2/re2.h>

#include "base/utf8.hpp"
#include "tools/command_logs.hpp"
#include "tools/tool.hpp"
#include "tools/words.hpp"
#include "workspace/glob.hpp"
#include "workspace/line_index.hpp"
#include "workspace/workspace.hpp"

namespace plim::tools {
namespace {

constexpr int most_hits = 40;
constexpr std::size_t most_line_bytes = 200;
constexpr std::size_t most_file_bytes = 1U << 20U;  // larger files are generated or data
constexpr std::size_t most_total_bytes = 256U << 20U;

bool matches_glob(const std::string& path, const std::string& glob) {
  if (glob.empty()) return true;
  // A glob without a slash is about names, one with a slash about paths.
  if (glob.contains('/')) {
    const auto parts = workspace::path_parts(glob);
    return workspace::path_matches({parts.begin(), parts.end()}, workspace::path_parts(path));
  }
  return workspace::glob_matches(glob, path.substr(path.rfind('/') + 1));
}

class Hits {
 public:
  // The second reads the whole of a file at once: ^ and $ are at each line there.
  explicit Hits(const RE2& pattern)
      : pattern_(pattern), anywhere_("(?m:" + pattern.pattern() + ")", RE2::Quiet) {}

  void look_into(const workspace::FileText& file) {
    if (file.traits.binary || file.bytes.size() > most_file_bytes) return;
    bytes_ += file.bytes.size();
    // One pass over the bytes: most files hold no match and need no lines.
    if (may_skip_lines(file) && !RE2::PartialMatch(file.bytes, anywhere_)) return;
    look_into_lines(file.path, file.text());
  }

  void look_into_lines(std::string_view path, const std::string& text) {
    std::size_t number = 0;
    for (const auto& [line, ending] : workspace::split_lines(text)) {
      ++number;
      if (!RE2::PartialMatch(line, pattern_)) continue;
      if (++count_ > most_hits) return;
      text_ += std::format("{}{}:{}:{}", text_.empty() ? "" : "\n", path, number,
                           utf8_prefix(line, most_line_bytes));
    }
  }

  [[nodiscard]] bool full() const { return count_ > most_hits || bytes_ > most_total_bytes; }
  [[nodiscard]] bool any() const { return count_ > 0; }
  [[nodiscard]] std::string text() const {
    return full() ? text_ + "\n[more matches are not shown; use a narrower pattern, path or glob]"
                  : text_;
  }

 private:
  // Whether what matches in a line is sure to match in the bytes: not where lines are read
  // differently (\r, a byte order mark, broken UTF-8), nor where the pattern names a text's ends.
  [[nodiscard]] bool may_skip_lines(const workspace::FileText& file) const {
    return anywhere_.ok() && file.traits.utf8 && !file.traits.bom && !file.bytes.contains('\r') &&
           !pattern_.pattern().contains("\\A") && !pattern_.pattern().contains("\\z");
  }

  const RE2& pattern_;
  RE2 anywhere_;
  std::string text_;
  int count_ = 0;
  std::size_t bytes_ = 0;
};

class Search final : public Tool {
 public:
  [[nodiscard]] const ToolWords& words() const override { return words_; }
  [[nodiscard]] Access access() const override { return Access::read; }

  [[nodiscard]] Outcome run(const Arguments& arguments, const Scope& scope) const override {
    const RE2 pattern(arguments.text("pattern"), RE2::Quiet);
    if (!pattern.ok()) return {"error: the pattern is not RE2: " + pattern.error(), true, {}, {}};
    Hits hits(pattern);
    const std::string under = arguments.text("path").empty() ? "." : arguments.text("path");
    if (scope.logs != nullptr && CommandLogs::is_name(under)) {
      const auto log = scope.logs->find(under);
      if (!log) return {"error: " + log.error().message, true, {}, {}};
      hits.look_into_lines(under, *log);
    } else if (const auto file = scope.files.glance(under)) {
      hits.look_into(*file);
    } else {
      const auto& glob = arguments.text("glob");
      const auto walked = scope.files.walk(under, {}, [&](const std::string& path) {
        if (!matches_glob(path, glob)) return true;
        if (const auto found = scope.files.glance(path)) hits.look_into(*found);
        return !hits.full() && !scope.stop.stop_requested();
      });
      if (!walked) return {"error: " + walked.error().message, true, {}, {}};
    }
    if (!hits.any()) return {"no match", false, {}, {}};
    return {hits.text(), false, {}, {}};
  }

 private:
  ToolWords words_ = make_words("search", words::search,
                                {{.name = "pattern"},
                                 {"path", ParameterType::text, false, {}},
                                 {"glob", ParameterType::text, false, {}}});
};

}  // namespace

std::unique_ptr<Tool> make_search() { return std::make_unique<Search>(); }

}  // namespace plim::tools
