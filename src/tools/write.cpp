#include <format>

#include "tools/tool.hpp"
#include "tools/words.hpp"
#include "workspace/line_index.hpp"
#include "workspace/workspace.hpp"

namespace plim::tools {
namespace {

class Write final : public Tool {
 public:
  [[nodiscard]] const ToolWords& words() const override { return words_; }
  [[nodiscard]] Access access() const override { return Access::write; }
  [[nodiscard]] Outcome run(const Arguments& arguments, const Scope& scope) const override {
    const auto& content = arguments.text("content");
    auto change = scope.files.create(arguments.text("path"), content);
    if (!change) return {"error: " + change.error().message, true, {}};
    return {
        std::format("created {} ({} lines)", change->path, workspace::split_lines(content).size()),
        false,
        {{change->path, std::move(change->diff), change->added, change->removed}}};
  }

 private:
  ToolWords words_ = make_words("write", words::write, {{.name = "path"}, {.name = "content"}});
};

}  // namespace

std::unique_ptr<Tool> make_write() { return std::make_unique<Write>(); }

}  // namespace plim::tools
