#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "chat/message.hpp"
#include "tools/tool.hpp"

namespace plim::tools {

/// The five tools, in an order that never changes: read, search, edit, write, run; then what was
/// added.
class Toolbox {
 public:
  explicit Toolbox(EditFormat format);

  /// Adds a tool behind the five, before the first task: within a session tools never change.
  void add(std::unique_ptr<Tool> tool);

  /// What the model is told; valid as long as this object.
  [[nodiscard]] std::span<const chat::ToolSpec> specs() const { return specs_; }

  /// The tool that a model means: one of ours for what other agents call theirs ("bash", "grep",
  /// "functions.read"); the name itself otherwise.
  [[nodiscard]] std::string resolve(std::string_view name) const;

  /// Most a call by this name does; nothing for a tool that does not exist.
  [[nodiscard]] std::optional<Access> access(std::string_view name) const;

  /// Runs one call. Whatever is wrong with it (no such tool, bad arguments, a failure) is an
  /// outcome for the model; its text never exceeds scope.max_chars.
  [[nodiscard]] Outcome run(const chat::ToolCall& call, const Scope& scope) const;

 private:
  [[nodiscard]] const Tool* find(std::string_view name) const;

  std::vector<std::unique_ptr<Tool>> tools_;
  std::vector<chat::ToolSpec> specs_;
};

}  // namespace plim::tools
