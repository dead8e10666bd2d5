#include "cli/ask.hpp"

#include <format>

#include <nlohmann/json.hpp>

#include "base/utf8.hpp"
#include "cli/view.hpp"

namespace plim::cli {
namespace {

// The whole call, with nothing hidden: what the user allows is what runs.
std::string in_full(const chat::ToolCall& call) {
  const auto arguments = nlohmann::ordered_json::parse(call.arguments, nullptr, false);
  if (!arguments.is_object()) return terminal_safe(call.arguments);
  std::string out;
  for (const auto& [name, value] : arguments.items()) {
    out += std::format("    {}: {}\n", terminal_safe(name),
                       terminal_safe(value.is_string() ? value.get<std::string>() : value.dump()));
  }
  return out;
}

}  // namespace

agent::Approval TerminalApprover::ask(const agent::ApprovalRequest& request, std::stop_token stop) {
  write_(std::format("\n  {}{}:\n{}", request.call.name,
                     request.confined ? "" : " (WITHOUT a sandbox)", in_full(request.call)));
  while (true) {
    write_("  allow? y = yes, a = always in this task, n = no, q = no and stop: ");
    const auto answer = read_line_(stop);
    if (!answer || *answer == "q") return agent::Approval::reject_and_stop;
    if (*answer == "y") return agent::Approval::once;
    if (*answer == "a") return agent::Approval::always;
    if (*answer == "n") return agent::Approval::reject;
  }
}

}  // namespace plim::cli
