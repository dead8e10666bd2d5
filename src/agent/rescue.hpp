#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include "chat/message.hpp"

namespace plim::agent {

/// Calls found in a reply's text, and the reply as it should have come.
struct Rescued {
  chat::Message message;  ///< Its text without the calls.
  std::string dialect;    ///< For people: "Qwen XML".
};

/// Looks for tool calls that a model wrote in its own dialect and the server left in the text:
/// Hermes and Qwen XML, harmony, Mistral, GLM, Gemma, Llama, DeepSeek, and JSON, fenced or at the
/// end. In the reasoning only when there is no other text. Only names of `tools` count, so that
/// prose about tools stays prose. The ids go on after `calls_before`.
/// Nothing when the message has calls already, or no text that is one. Pure.
/// Source: the chat templates of these models, as llama.cpp's common/chat.cpp lists them.
[[nodiscard]] std::optional<Rescued> find_calls(const chat::Message& message,
                                                std::span<const chat::ToolSpec> tools,
                                                std::size_t calls_before);

}  // namespace plim::agent
