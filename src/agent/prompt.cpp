#include "agent/prompt.hpp"

#include <algorithm>
#include <format>
#include <map>

#include "agent/words.hpp"

namespace plim::agent {
namespace {

constexpr std::size_t stub_above_bytes = 160;

std::string file_list(std::span<const std::string> files, std::size_t cap) {
  std::string list;
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (list.size() + files[i].size() + 1 > cap) {
      return list + std::format(" … and {} more", files.size() - i);
    }
    if (!list.empty()) list += ' ';
    list += files[i];
  }
  return list;
}

}  // namespace

chat::Message system_message() {
  return {.role = chat::Role::system, .content = std::string(words::system)};
}

chat::Message task_message(std::string_view task, const Project& project,
                           std::size_t file_list_bytes) {
  std::string text(task);
  text += "\n\n[project]\n";
  if (!project.test_command.empty()) text += std::format("test: {}\n", project.test_command);
  text += "files: " + file_list(project.files, file_list_bytes);
  return {.role = chat::Role::user, .content = std::move(text)};
}

void repair(chat::Transcript& transcript) {
  chat::Transcript whole;
  for (std::size_t i = 0; i < transcript.size();) {
    auto message = std::move(transcript[i++]);
    std::map<std::string, chat::Message> answers;
    while (!message.tool_calls.empty() && i < transcript.size() &&
           transcript[i].role == chat::Role::tool) {
      answers.emplace(transcript[i].tool_call_id, std::move(transcript[i]));
      ++i;
    }
    const auto calls = message.tool_calls;
    whole.push_back(std::move(message));
    for (const auto& call : calls) {
      const auto found = answers.find(call.id);
      whole.push_back(found != answers.end()
                          ? std::move(found->second)
                          : chat::Message{.role = chat::Role::tool,
                                          .content = "error: interrupted before it finished",
                                          .tool_call_id = call.id});
    }
  }
  transcript = std::move(whole);
}

std::size_t text_bytes(std::span<const chat::Message> transcript) {
  std::size_t bytes = 0;
  for (const auto& message : transcript) {
    bytes += message.content.size() + message.reasoning.size() + 16;
    for (const auto& call : message.tool_calls) {
      bytes += call.name.size() + call.arguments.size() + 32;
    }
  }
  return bytes;
}

std::size_t stub_old_results(chat::Transcript& transcript) {
  const auto last_turn = std::ranges::find_last_if(transcript, [](const chat::Message& message) {
    return message.role == chat::Role::assistant;
  });
  std::size_t stubbed = 0;
  for (auto message = transcript.begin(); message != last_turn.begin(); ++message) {
    if (message->role != chat::Role::tool || message->content.size() <= stub_above_bytes) continue;
    const auto first_line =
        message->content.substr(0, std::min<std::size_t>(message->content.find('\n'), 80));
    message->content = std::format(
        "{} [{} bytes dropped to make room; call the tool again if you "
        "need them]",
        first_line, message->content.size() - first_line.size());
    ++stubbed;
  }
  return stubbed;
}

}  // namespace plim::agent
