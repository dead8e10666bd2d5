#include <format>

#include "tools/edit_check.hpp"
#include "tools/lines.hpp"
#include "tools/tool.hpp"
#include "tools/words.hpp"
#include "workspace/workspace.hpp"

namespace plim::tools {
namespace {

constexpr std::size_t lines_around = 2;

}  // namespace

Outcome shown_edit(Result<workspace::Change> change, const Scope& scope) {
  if (!change) return {"error: " + change.error().message, true, {}, {}};
  std::string text = "edited " + change->path;
  if (const auto note = workspace::to_string(change->match); !note.empty()) {
    text += std::format(" ({})", note);
  }
  if (const auto file = scope.files.peek(change->path)) {
    const std::string content = file->text();
    const auto first = change->first_line;
    text += "\n" + numbered(workspace::split_lines(content),
                            first > lines_around ? first - lines_around : 1,
                            change->last_line + lines_around);
  }
  return {std::move(text),
          false,
          {{change->path, std::move(change->diff), change->added, change->removed}}};
}

namespace {

class EditText final : public Tool {
 public:
  [[nodiscard]] const ToolWords& words() const override { return words_; }
  [[nodiscard]] Access access() const override { return Access::write; }
  [[nodiscard]] Outcome run(const Arguments& arguments, const Scope& scope) const override {
    return shown_edit(scope.files.edit_text(arguments.text("path"), arguments.text("old"),
                                            arguments.text("new"), still_parses),
                      scope);
  }

 private:
  ToolWords words_ =
      make_words("edit", words::edit, {{.name = "path"}, {.name = "old"}, {.name = "new"}});
};

class EditLine final : public Tool {
 public:
  [[nodiscard]] const ToolWords& words() const override { return words_; }
  [[nodiscard]] Access access() const override { return Access::write; }
  [[nodiscard]] Outcome run(const Arguments& arguments, const Scope& scope) const override {
    const auto line = arguments.integer("line").value_or(0);
    if (line < 1) return {"error: line numbers start at 1", true, {}, {}};
    const auto number = static_cast<std::size_t>(line);
    return shown_edit(scope.files.edit_lines(arguments.text("path"), number, number,
                                             arguments.text("new"), still_parses),
                      scope);
  }

 private:
  ToolWords words_ =
      make_words("edit", words::edit_line,
                 {{.name = "path"}, {"line", ParameterType::integer, true, {}}, {.name = "new"}});
};

}  // namespace

std::unique_ptr<Tool> make_edit(EditFormat format) {
  if (format == EditFormat::line) return std::make_unique<EditLine>();
  return std::make_unique<EditText>();
}

}  // namespace plim::tools
