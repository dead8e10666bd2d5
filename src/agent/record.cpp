#include "agent/record.hpp"

#include <format>
#include <map>

#include <nlohmann/json.hpp>

#include "agent/compact.hpp"
#include "agent/words.hpp"
#include "tools/trim.hpp"

namespace plim::agent {
namespace {

constexpr std::size_t most_failure_bytes = 600;
constexpr std::size_t most_error_bytes = 300;
constexpr std::size_t shown_hash = 8;
constexpr std::string_view changed_label = "changed: ";
constexpr std::string_view read_label = "read: ";

std::string argument(const chat::ToolCall& call, const char* name) {
  const auto json = nlohmann::json::parse(call.arguments, nullptr, false);
  if (!json.is_object()) return "";
  const auto found = json.find(name);
  return found != json.end() && found->is_string() ? found->get<std::string>() : "";
}

std::string list(std::string_view label, const std::set<std::string>& paths,
                 const Record::HashOf& hash_of) {
  if (paths.empty()) return "";
  std::string line;
  for (const auto& path : paths) {
    const auto hash = hash_of(path);
    line += std::format("{}{} ({})", line.empty() ? "" : ", ", path,
                        hash.empty() ? "gone" : hash.substr(0, shown_hash));
  }
  return std::format("{}{}\n", label, line);
}

// The paths of a line that list() wrote.
void take_list(std::string_view text, std::string_view label, std::set<std::string>& paths) {
  auto at = text.starts_with(label) ? 0 : text.find("\n" + std::string(label));
  if (at == std::string_view::npos) return;
  at += at == 0 ? label.size() : label.size() + 1;
  auto line = text.substr(at, text.find('\n', at) - at);
  while (!line.empty()) {
    const auto end = line.find(" (");
    if (end == std::string_view::npos) return;
    paths.emplace(line.substr(0, end));
    const auto next = line.find("), ", end);
    if (next == std::string_view::npos) return;
    line.remove_prefix(next + 3);
  }
}

}  // namespace

void Record::restore(const chat::Transcript& transcript) {
  const auto earlier = earlier_record(transcript);
  take_list(earlier, changed_label, changed_);
  take_list(earlier, read_label, read_);
  std::map<std::string, const chat::ToolCall*> calls;
  for (const auto& message : transcript) {
    for (const auto& call : message.tool_calls) calls[call.id] = &call;
    if (message.role == chat::Role::user && message.content.starts_with(words::tests_fail)) {
      verified(false, std::string_view(message.content).substr(words::tests_fail.size()));
    }
    if (message.role != chat::Role::tool) continue;
    const auto found = calls.find(message.tool_call_id);
    if (found == calls.end()) continue;
    observe(*found->second, message.content, message.content.starts_with("error: "));
  }
}

void Record::observe(const chat::ToolCall& call, std::string_view result, bool is_error) {
  if (is_error) {
    last_error_ = std::format("{}: {}", call.name, tools::trim_middle(result, most_error_bytes));
    return;
  }
  const auto path = argument(call, "path");
  if (call.name == "read" && !path.empty() && !path.starts_with("run:")) read_.insert(path);
  if ((call.name == "edit" || call.name == "write") && !path.empty()) changed_.insert(path);
  if (call.name != "run") return;
  const bool passed = result.starts_with("exit 0");
  last_command_ = passed ? ""
                         : std::format("{}: {}", argument(call, "command"),
                                       tools::trim_middle(result, most_failure_bytes));
}

void Record::verified(bool passed, std::string_view text) {
  passed_ = passed;
  failing_ = passed ? "" : tools::trim_middle(text, most_failure_bytes);
}

std::string Record::text(const HashOf& hash_of, std::size_t max_bytes) const {
  auto read_only = read_;
  for (const auto& path : changed_) read_only.erase(path);
  std::string out = list(changed_label, changed_, hash_of) + list(read_label, read_only, hash_of);
  if (!failing_.empty()) out += std::format("the tests fail: {}\n", failing_);
  if (passed_) out += "the tests passed when they last ran\n";
  if (!last_command_.empty()) out += std::format("last failing command: {}\n", last_command_);
  if (!last_error_.empty()) out += std::format("last tool error: {}\n", last_error_);
  if (out.empty()) out = "nothing was read or changed\n";
  return tools::trim_middle(out, max_bytes);
}

}  // namespace plim::agent
