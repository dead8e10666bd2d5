#include "agent/compact.hpp"

#include <algorithm>
#include <array>
#include <format>
#include <map>
#include <optional>
#include <ranges>
#include <set>
#include <vector>

#include <nlohmann/json.hpp>

#include "agent/retrieved.hpp"
#include "agent/words.hpp"
#include "base/utf8.hpp"
#include "tools/trim.hpp"

namespace plim::agent {
namespace {

using Json = nlohmann::json;

constexpr std::size_t stub_above_bytes = 200;
constexpr std::size_t most_call_bytes = 120;  // of a call named in a stub
constexpr std::string_view dropped = " bytes dropped to make room";
constexpr std::string_view record_mark = "\n\n[earlier work, as plim recorded it]\n";
constexpr std::string_view notes_mark = "\n[the model's own notes]\n";
constexpr std::string_view later_mark = "\n\n[the user, later]\n";

std::string text_of(const Json& arguments, const char* name) {
  const auto found = arguments.find(name);
  return found != arguments.end() && found->is_string() ? found->get<std::string>() : "";
}

// A call as a stub names it: "read src/a.py 120-240", "run make test".
std::string named(const chat::ToolCall& call) {
  const auto arguments = Json::parse(call.arguments, nullptr, false);
  std::string name = call.name;
  if (!arguments.is_object()) return name;
  for (const auto* key : {"command", "pattern", "path", "glob"}) {
    if (const auto text = text_of(arguments, key); !text.empty()) name += " " + text;
  }
  const auto start = arguments.find("start");
  if (start != arguments.end()) name += " from line " + start->dump();
  std::ranges::replace(name, '\n', ' ');
  return std::string(utf8_prefix(name, most_call_bytes));
}

std::string path_of(const chat::ToolCall& call) {
  const auto arguments = Json::parse(call.arguments, nullptr, false);
  return arguments.is_object() ? text_of(arguments, "path") : "";
}

std::size_t start_of_last_turn(const chat::Transcript& transcript) {
  const auto last = std::ranges::find_last_if(transcript, [](const chat::Message& message) {
    return message.role == chat::Role::assistant;
  });
  return last.empty() ? transcript.size()
                      : static_cast<std::size_t>(last.begin() - transcript.begin());
}

// A result with the call it answers.
struct Answered {
  std::size_t at;
  const chat::ToolCall* call;
};

std::vector<Answered> results_before(const chat::Transcript& transcript, std::size_t end) {
  std::map<std::string_view, const chat::ToolCall*> calls;
  std::vector<Answered> results;
  for (std::size_t i = 0; i < end; ++i) {
    for (const auto& call : transcript[i].tool_calls) calls[call.id] = &call;
    if (transcript[i].role != chat::Role::tool) continue;
    const auto found = calls.find(transcript[i].tool_call_id);
    results.push_back({i, found == calls.end() ? nullptr : found->second});
  }
  return results;
}

// Results that a later call made worthless: the file was read again from the same line, or
// changed. Newest last in `results`.
std::set<std::size_t> superseded(const std::vector<Answered>& results) {
  std::set<std::size_t> old;
  std::set<std::string> changed;
  std::set<std::string> seen;
  for (const auto& [at, call] : std::views::reverse(results)) {
    if (call == nullptr) continue;
    const auto path = path_of(*call);
    if (call->name == "edit" || call->name == "write") changed.insert(path);
    if (call->name != "read" && call->name != "run") continue;
    const bool again = !seen.insert(call->name + call->arguments).second;
    if (again || (call->name == "read" && changed.contains(path))) old.insert(at);
  }
  return old;
}

bool stub(chat::Message& result, const chat::ToolCall* call) {
  if (result.content.size() <= stub_above_bytes || result.content.contains(dropped)) return false;
  const auto what = call == nullptr ? std::string("result") : named(*call);
  const auto exit = result.content.starts_with("exit ")
                        ? result.content.substr(0, result.content.find('\n')) + "; "
                        : std::string();
  result.content = std::format("[{}: {}{}{}; call it again if you need them]", what, exit,
                               result.content.size(), dropped);
  return true;
}

// The user's words in the head of a transcript, without an earlier collapse's record.
std::string_view without_record(std::string_view content) {
  return content.substr(0, content.rfind(record_mark));
}

}  // namespace

bool is_ours(const chat::Message& message) {
  if (message.role != chat::Role::user) return false;
  const std::array ours{words::cut_off,    words::empty_reply, words::repeating,
                        words::tests_fail, words::rambling,    words::circling};
  return std::ranges::any_of(
      ours, [&](std::string_view words) { return message.content.starts_with(words); });
}

std::size_t stub_old_results(chat::Transcript& transcript, const Cost& cost, Tokens target) {
  const auto results = results_before(transcript, start_of_last_turn(transcript));
  const auto old = superseded(results);
  std::size_t stubbed = 0;
  for (const bool superseded_ones : {true, false}) {
    for (const auto& [at, call] : results) {
      if (old.contains(at) != superseded_ones) continue;
      if (!superseded_ones && cost(transcript) <= target) return stubbed;
      if (stub(transcript[at], call)) ++stubbed;
    }
  }
  return stubbed;
}

chat::Transcript collapse(const chat::Transcript& transcript, std::string_view record,
                          std::string_view notes, bool keep_last_turn) {
  const auto last_turn = keep_last_turn ? start_of_last_turn(transcript) : transcript.size();
  chat::Transcript out;
  std::string head;
  for (std::size_t i = 0; i < last_turn; ++i) {
    const auto& message = transcript[i];
    if (message.role == chat::Role::system) out.push_back(message);
    if (message.role != chat::Role::user || is_ours(message)) continue;
    if (!head.empty()) head += later_mark;
    if (!head.empty()) {
      head += message.content;
      continue;
    }
    // What was looked up for the first turn has served; the files may have changed since.
    head = without_retrieved(message.content);
    head.resize(without_record(head).size());
  }
  head += record_mark;
  head += record;
  if (!notes.empty()) {
    head += notes_mark;
    head += notes;
  }
  out.push_back({.role = chat::Role::user, .content = std::move(head)});
  for (std::size_t i = last_turn; i < transcript.size(); ++i) out.push_back(transcript[i]);
  return out;
}

std::string_view earlier_record(const chat::Transcript& transcript) {
  const auto head = std::ranges::find(transcript, chat::Role::user, &chat::Message::role);
  if (head == transcript.end()) return {};
  const std::string_view content = head->content;
  const auto mark = content.rfind(record_mark);
  if (mark == std::string_view::npos || !find_retrieved(content).empty()) return {};
  return content.substr(mark + record_mark.size());
}

std::size_t cut_results(chat::Transcript& transcript, std::size_t most_bytes) {
  std::size_t cut = 0;
  for (auto& message : transcript) {
    if (message.role != chat::Role::tool || message.content.size() <= most_bytes) continue;
    message.content = tools::trim_middle(message.content, most_bytes);
    ++cut;
  }
  return cut;
}

}  // namespace plim::agent
