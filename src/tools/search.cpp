#include <format>

#include <re2/re2.h>

#include "base/utf8.hpp"
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
  explicit Hits(const RE2& pattern) : pattern_(pattern) {}

  void look_into(const workspace::FileText& file) {
    if (file.traits.binary || file.bytes.size() > most_file_bytes) return;
    bytes_ += file.bytes.size();
    const std::string text = file.text();
    std::size_t number = 0;
    for (const auto& [line, ending] : workspace::split_lines(text)) {
      ++number;
      if (!RE2::PartialMatch(line, pattern_)) continue;
      if (++count_ > most_hits) return;
      text_ += std::format("{}{}:{}:{}", text_.empty() ? "" : "\n", file.path, number,
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
  const RE2& pattern_;
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
    if (!pattern.ok()) return {"error: the pattern is not RE2: " + pattern.error(), true, {}};
    Hits hits(pattern);
    const std::string under = arguments.text("path").empty() ? "." : arguments.text("path");
    if (const auto file = scope.files.peek(under)) {
      hits.look_into(*file);
    } else {
      const auto& glob = arguments.text("glob");
      const auto walked = scope.files.walk(under, {}, [&](const std::string& path) {
        if (!matches_glob(path, glob)) return true;
        if (const auto found = scope.files.peek(path)) hits.look_into(*found);
        return !hits.full() && !scope.stop.stop_requested();
      });
      if (!walked) return {"error: " + walked.error().message, true, {}};
    }
    if (!hits.any()) return {"no match", false, {}};
    return {hits.text(), false, {}};
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
