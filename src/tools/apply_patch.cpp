#include <format>
#include <vector>

#include "tools/edit_check.hpp"
#include "tools/tool.hpp"
#include "tools/words.hpp"
#include "workspace/line_index.hpp"
#include "workspace/workspace.hpp"

// The patch format that gpt-oss was trained on.
// Source: openai/codex, codex-rs/apply-patch, "apply_patch_tool_instructions.md".
namespace plim::tools {
namespace {

struct Hunk {
  std::string path;
  bool adds_file = false;
  std::string old_text;
  std::string new_text;
};

std::optional<std::string> after(std::string_view line, std::string_view mark) {
  if (!line.starts_with(mark)) return std::nullopt;
  return std::string(line.substr(mark.size()));
}

// A line that begins with "*** ".
Result<void> take_heading(std::string_view line, std::vector<Hunk>& hunks) {
  if (line.starts_with("*** Begin Patch") || line.starts_with("*** End")) return {};
  if (auto updated = after(line, "*** Update File: ")) {
    hunks.push_back({.path = *std::move(updated)});
  } else if (auto added = after(line, "*** Add File: ")) {
    hunks.push_back({.path = *std::move(added), .adds_file = true});
  } else {
    return fail(Errc::invalid, "\"{}\" cannot be done with a patch; use run", line);
  }
  return {};
}

// A line of a file: kept, taken away or added.
Result<void> take_line(std::string_view line, Hunk& hunk) {
  const char kind = line.empty() ? ' ' : line.front();
  if (kind != ' ' && kind != '-' && kind != '+')
    return fail(Errc::invalid, "a patch line starts with space, - or +, not \"{}\"", line);
  const auto text = std::string(line.empty() ? line : line.substr(1)) + "\n";
  if (kind != '+') hunk.old_text += text;
  if (kind != '-') hunk.new_text += text;
  return {};
}

Result<std::vector<Hunk>> parse(std::string_view patch) {
  std::vector<Hunk> hunks;
  for (const auto& [line, ending] : workspace::split_lines(patch)) {
    if (line.starts_with("*** ")) {
      TRY(take_heading(line, hunks));
    } else if (hunks.empty()) {
      if (line.find_first_not_of(" \t") == std::string_view::npos) continue;
      return fail(Errc::invalid, "the patch does not name a file before \"{}\"", line);
    } else if (!line.starts_with("@@")) {
      TRY(take_line(line, hunks.back()));
    } else if (!hunks.back().old_text.empty() || !hunks.back().new_text.empty()) {
      const auto path = hunks.back().path;
      hunks.push_back({.path = path});
    }
  }
  if (hunks.empty()) return fail(Errc::invalid, "the patch changes nothing");
  return hunks;
}

class ApplyPatch final : public Tool {
 public:
  [[nodiscard]] const ToolWords& words() const override { return words_; }
  [[nodiscard]] Access access() const override { return Access::write; }

  [[nodiscard]] Outcome run(const Arguments& arguments, const Scope& scope) const override {
    const auto hunks = parse(arguments.text("input"));
    if (!hunks) return {"error: " + hunks.error().message, true, {}, {}};
    Outcome all;
    for (std::size_t i = 0; i < hunks->size(); ++i) {
      auto one = apply((*hunks)[i], scope);
      for (auto& change : one.changes) all.changes.push_back(std::move(change));
      if (one.is_error && hunks->size() > 1) {
        one.text += std::format(
            "\n[part {} of {}; {} before it landed and stay, those after it did "
            "not: send a patch for the rest]",
            i + 1, hunks->size(), i);
      }
      all.text += (all.text.empty() ? "" : "\n") + one.text;
      if (one.is_error) {
        all.is_error = true;
        break;
      }
    }
    return all;
  }

 private:
  static Outcome apply(const Hunk& hunk, const Scope& scope) {
    if (!hunk.adds_file) {
      return shown_edit(
          scope.files.edit_text(hunk.path, hunk.old_text, hunk.new_text, still_parses), scope);
    }
    auto change = scope.files.create(hunk.path, hunk.new_text);
    if (!change) return {"error: " + change.error().message, true, {}, {}};
    return {std::format("created {}", change->path),
            false,
            {{change->path, std::move(change->diff), change->added, change->removed}},
            {}};
  }

  ToolWords words_ = make_words("apply_patch", words::apply_patch, {{.name = "input"}});
};

}  // namespace

std::unique_ptr<Tool> make_apply_patch() { return std::make_unique<ApplyPatch>(); }

}  // namespace plim::tools
