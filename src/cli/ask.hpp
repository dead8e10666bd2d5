#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

#include "agent/gate.hpp"

namespace plim::cli {

/// Asks on the terminal: y (once), a (always in this task), n (no), q (no, and end the task).
class TerminalApprover final : public agent::Approver {
 public:
  /// `read_line` reads one answer (sys::read_line); `write` prints to the user.
  using ReadLine = std::function<std::optional<std::string>(std::stop_token)>;
  using Write = std::function<void(std::string_view)>;
  TerminalApprover(ReadLine read_line, Write write)
      : read_line_(std::move(read_line)), write_(std::move(write)) {}

  [[nodiscard]] agent::Approval ask(const agent::ApprovalRequest& request,
                                    std::stop_token stop) override;

 private:
  ReadLine read_line_;
  Write write_;
};

/// For runs without a terminal: whatever needs a question is refused and ends the task.
class RefusingApprover final : public agent::Approver {
 public:
  [[nodiscard]] agent::Approval ask(const agent::ApprovalRequest&, std::stop_token) override {
    return agent::Approval::reject_and_stop;
  }
};

}  // namespace plim::cli
