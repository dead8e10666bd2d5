#include "tools/toolbox.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <format>
#include <string>
#include <utility>

#include "tools/trim.hpp"

namespace plim::tools {
namespace {

constexpr auto other_names = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"readfile", "read"},      {"view", "read"},          {"viewfile", "read"},
    {"cat", "read"},           {"openfile", "read"},      {"grep", "search"},
    {"grepsearch", "search"},  {"searchfiles", "search"}, {"ripgrep", "search"},
    {"editfile", "edit"},      {"strreplace", "edit"},    {"replaceinfile", "edit"},
    {"searchreplace", "edit"}, {"writefile", "write"},    {"createfile", "write"},
    {"bash", "run"},           {"shell", "run"},          {"execute", "run"},
    {"executecommand", "run"}, {"runcommand", "run"},     {"runterminalcommand", "run"},
    {"terminal", "run"},       {"exec", "run"},           {"execshellcommand", "run"},
});

// Lower case, no separators, nothing before a dot: "functions.Read_File" is "readfile".
std::string plain(std::string_view name) {
  std::string out;
  for (const char c : name.substr(name.rfind('.') + 1)) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0) out += static_cast<char>(std::tolower(byte));
  }
  return out;
}

}  // namespace

std::string Toolbox::resolve(std::string_view name) const {
  if (find(name) != nullptr) return std::string(name);
  const auto wanted = plain(name);
  for (const auto& tool : tools_) {
    if (plain(tool->words().name) == wanted) return tool->words().name;
  }
  const auto* const known =
      std::ranges::find(other_names, wanted, &std::pair<std::string_view, std::string_view>::first);
  return known != other_names.end() && find(known->second) != nullptr ? std::string(known->second)
                                                                      : std::string(name);
}

Toolbox::Toolbox(EditFormat format) {
  tools_.push_back(make_read());
  tools_.push_back(make_search());
  tools_.push_back(format == EditFormat::patch ? make_apply_patch() : make_edit(format));
  tools_.push_back(make_write(format));
  tools_.push_back(make_run());
  for (const auto& tool : tools_) specs_.push_back(to_spec(tool->words()));
}

void Toolbox::add(std::unique_ptr<Tool> tool) {
  specs_.push_back(to_spec(tool->words()));
  tools_.push_back(std::move(tool));
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
    std::string names;
    for (const auto& each : tools_) names += (names.empty() ? "" : ", ") + each->words().name;
    return {
        std::format("error: there is no tool {}; there are {}", trim_middle(call.name, 80), names),
        true,
        {},
        {}};
  }
  const auto arguments = Arguments::parse(call.arguments, tool->words());
  if (!arguments) return {"error: " + arguments.error().message, true, {}, {}};
  auto outcome = tool->run(*arguments, scope);
  for (const auto& what : arguments->mended()) outcome.mended.push_back(call.name + ": " + what);
  outcome.text = trim_middle(outcome.text, scope.max_chars);
  return outcome;
}

}  // namespace plim::tools
