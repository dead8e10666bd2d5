#include "tools/toolbox.hpp"

#include <algorithm>
#include <format>
#include <string>

#include "tools/trim.hpp"

namespace plim::tools {

Toolbox::Toolbox(EditFormat format) {
  tools_.push_back(make_read());
  tools_.push_back(make_search());
  tools_.push_back(make_edit(format));
  tools_.push_back(make_write());
  tools_.push_back(make_run());
  for (const auto& tool : tools_) specs_.push_back(to_spec(tool->words()));
}

const Tool* Toolbox::find(std::string_view name) const {
  const auto found =
      std::ranges::find_if(tools_, [&](const auto& tool) { return tool->words().name == name; });
  return found == tools_.end() ? nullptr : found->get();
}

std::optional<Access> Toolbox::access(std::string_view name) const {
  const Tool* tool = find(name);
  return tool == nullptr ? std::nullopt : std::optional(tool->access());
}

Outcome Toolbox::run(const chat::ToolCall& call, const Scope& scope) const {
  const Tool* tool = find(call.name);
  if (tool == nullptr) {
    return {std::format("error: there is no tool {}; there are read, search, edit, write, run",
                        trim_middle(call.name, 80)),
            true,
            {}};
  }
  const auto arguments = Arguments::parse(call.arguments, tool->words());
  if (!arguments) return {"error: " + arguments.error().message, true, {}};
  auto outcome = tool->run(*arguments, scope);
  outcome.text = trim_middle(outcome.text, scope.max_chars);
  return outcome;
}

}  // namespace plim::tools
