#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "chat/message.hpp"

namespace plim::agent {

/// What the first messages say about the project.
struct Project {
  std::string test_command;            ///< Empty: none known.
  std::span<const std::string> files;  ///< Relative, sorted.
};

/// The start of every transcript: the system message. The same bytes in every session.
[[nodiscard]] chat::Message system_message();

/// The user's first message: the task word for word, then what is known of the project, its file
/// list cut at `file_list_bytes` with a note of how many are missing.
[[nodiscard]] chat::Message task_message(std::string_view task, const Project& project,
                                         std::size_t file_list_bytes);

/// Makes a transcript from a session file valid for the wire again: a call without its result
/// (the process was killed) gets one that says so. These calls, whose effect nobody knows.
std::vector<chat::ToolCall> repair(chat::Transcript& transcript);

}  // namespace plim::agent
