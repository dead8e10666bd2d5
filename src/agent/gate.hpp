#pragma once

#include <stop_token>

#include "chat/message.hpp"
#include "tools/tool.hpp"

namespace plim::agent {

/// What the user allowed when starting the task.
struct Permissions {
  bool read_only = false;   ///< Nothing may change: edits are denied, commands see the project
                            ///< read-only.
  bool yes = false;         ///< Edits and confined commands need no question.
  bool unconfined = false;  ///< Commands may run although there is no sandbox, each after a
                            ///< question (or none, together with `yes`).
};

enum class Gate { allow, ask, deny };

/// Whether a call may run. Pure. Without a sandbox (`confined` false) a command is never allowed
/// silently: it is denied unless the user asked for unconfined commands by name.
[[nodiscard]] Gate decide(tools::Access access, const Permissions& permissions, bool confined);

/// A question to the user about one call.
struct ApprovalRequest {
  chat::ToolCall call;
  tools::Access access = tools::Access::read;
  bool confined = true;
};

enum class Approval {
  once,
  always,           ///< Also for all later calls of this access in this task.
  reject,           ///< The model is told, and may go on differently.
  reject_and_stop,  ///< Nobody can say yes, or the user wants the task to end.
};

/// Asks the user. One of the project's four interfaces: a terminal, an editor or a test answers.
class Approver {
 public:
  Approver() = default;
  Approver(const Approver&) = delete;
  Approver& operator=(const Approver&) = delete;
  virtual ~Approver() = default;
  /// Blocks until there is an answer; a requested stop counts as reject.
  [[nodiscard]] virtual Approval ask(const ApprovalRequest& request, std::stop_token stop) = 0;
};

}  // namespace plim::agent
