#include "agent/prompt.hpp"

#include <algorithm>
#include <format>
#include <map>

#include "agent/words.hpp"

namespace plim::agent {
namespace {

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

std::vector<chat::ToolCall> repair(chat::Transcript& transcript) {
  std::vector<chat::ToolCall> cut_off;
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
      if (found != answers.end()) {
        whole.push_back(std::move(found->second));
        continue;
      }
      whole.push_back({.role = chat::Role::tool,
                       .content = "error: interrupted before it finished",
                       .tool_call_id = call.id});
      cut_off.push_back(call);
    }
  }
  transcript = std::move(whole);
  return cut_off;
}

}  // namespace plim::agent
