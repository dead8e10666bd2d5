#include <format>

#include "tools/edit_check.hpp"
#include "tools/tool.hpp"
#include "tools/words.hpp"
#include "workspace/line_index.hpp"
#include "workspace/workspace.hpp"

namespace plim::tools {
namespace {

// Small enough to be said again whole without losing a line of it.
constexpr std::size_t most_replaced_lines = 120;

class Write final : public Tool {
 public:
  explicit Write(bool any_size)
      : any_size_(any_size),
        words_(make_words("write", any_size ? words::write_whole : words::write,
                          {{.name = "path"}, {.name = "content"}})) {}
  [[nodiscard]] const ToolWords& words() const override { return words_; }
  [[nodiscard]] Access access() const override { return Access::write; }

  [[nodiscard]] Outcome run(const Arguments& arguments, const Scope& scope) const override {
    const auto& path = arguments.text("path");
    const auto& content = arguments.text("content");
    const auto old = scope.files.glance(path);
    if (old) return replace(*old, content, scope);
    auto change = scope.files.create(path, content);
    if (!change) return {"error: " + change.error().message, true, {}, {}};
    return outcome("created", content, *std::move(change));
  }

 private:
  [[nodiscard]] Outcome replace(const workspace::FileText& old, const std::string& content,
                                const Scope& scope) const {
    const auto lines = workspace::split_lines(old.bytes).size();
    if (!any_size_ && lines > most_replaced_lines) {
      return {std::format("error: {} exists already, with {} lines; change it with edit(path, old, "
                          "new), a part at a time",
                          old.path, lines),
              true,
              {},
              {}};
    }
    auto change = scope.files.replace(old.path, content, still_parses);
    if (!change) {
      return {std::format("error: {} exists already. {}", old.path, change.error().message),
              true,
              {},
              {}};
    }
    return outcome("replaced", content, *std::move(change));
  }

  static Outcome outcome(std::string_view done, std::string_view content,
                         workspace::Change change) {
    return {
        std::format("{} {} ({} lines)", done, change.path, workspace::split_lines(content).size()),
        false,
        {{change.path, std::move(change.diff), change.added, change.removed}},
        {}};
  }

  bool any_size_;
  ToolWords words_;
};

}  // namespace

std::unique_ptr<Tool> make_write(EditFormat format) {
  return std::make_unique<Write>(format == EditFormat::whole);
}

}  // namespace plim::tools
