#pragma once

#include <span>
#include <string>

#include "chat/message.hpp"

namespace plim::chat {

// The OpenAI chat wire form. Pure: the same input gives the same bytes, and a transcript that
// extends another gives text that extends the other's (less its closing bracket), so that the
// engine's KV cache stays valid. Ill-formed UTF-8 becomes U+FFFD.

/// A transcript as the request's `messages` array.
///
/// - `content` is always a string, "" beside tool calls: templates print a null as "None".
/// - `reasoning_content` is sent only when there is reasoning.
/// - `arguments` that are no JSON object go out as `{"malformed":"…"}`: llama-server parses the
///   arguments of past calls, and answers the whole request with an error when it cannot.
/// Source: llama.cpp common/chat.cpp, common_chat_msgs_parse_oaicompat and func_args_not_string.
[[nodiscard]] std::string messages_json(std::span<const Message> messages);

/// Tools as the request's `tools` array; the members of each schema keep their written order.
/// A spec whose `parameters` are no JSON object is sent with the schema `{"type":"object"}`.
[[nodiscard]] std::string tools_json(std::span<const ToolSpec> tools);

}  // namespace plim::chat
