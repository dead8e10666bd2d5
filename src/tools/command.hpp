#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "tools/tool.hpp"

namespace plim::tools {

/// What a shell command came to, as the model and the user read it.
struct CommandReport {
  bool ran = false;     ///< False: it could not be started; text says why.
  bool passed = false;  ///< Exit code 0.
  std::string text;     ///< "exit 1", then the cleaned output, at most scope.max_chars in all.
  std::vector<FileChange> changes;
};

/// Runs `command` in the sandbox. The run tool and the agent's own check of the tests share it,
/// so that a model sees the same words from both.
[[nodiscard]] CommandReport run_command(const std::string& command, std::chrono::seconds timeout,
                                        const Scope& scope);

}  // namespace plim::tools
