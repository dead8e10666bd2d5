// chat: the plain data of a conversation with a model, and its JSON.
// Does not: talk to an engine (engine/), run tools (tools/), store anything (session/).
// Threads: plain values.
// Start at: message.hpp, then event.hpp for what front ends and session files see.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/units.hpp"

namespace plim::chat {

enum class Role { system, user, assistant, tool };

/// A model's wish to run a tool.
struct ToolCall {
  std::string id;
  std::string name;
  std::string arguments;  ///< JSON text exactly as the model wrote it; may be malformed.

  friend bool operator==(const ToolCall&, const ToolCall&) = default;
};

/// What a tool answered. A failing tool is a result the model should see, not an Error.
struct ToolResult {
  std::string call_id;
  std::string text;
  bool is_error = false;

  friend bool operator==(const ToolResult&, const ToolResult&) = default;
};

/// A tool as the model is told of it.
struct ToolSpec {
  std::string name;
  std::string description;
  std::string parameters;  ///< JSON Schema text of the arguments object.
};

struct Message {
  Role role = Role::user;
  std::string content;
  std::string reasoning;             ///< Assistant only; the wire's `reasoning_content`.
  std::vector<ToolCall> tool_calls;  ///< Assistant only.
  std::string tool_call_id;          ///< Tool only: the call this answers.

  friend bool operator==(const Message&, const Message&) = default;
};

/// Append-only: the engine's KV cache stays valid only while a request extends the last one.
using Transcript = std::vector<Message>;

/// Why the model stopped. `length` means cut off: by max_tokens or by the context's end.
enum class FinishReason { stop, tool_calls, length };

struct Usage {
  Tokens prompt;      ///< All prompt tokens of the request.
  Tokens cached;      ///< Of these, found in the KV cache.
  Tokens completion;  ///< Generated.
  double prefill_ms = 0;
  double decode_ms = 0;
  Tokens drafted = {};   ///< Guessed ahead, to be checked in one step.
  Tokens accepted = {};  ///< Of these, right.

  Usage& operator+=(const Usage& other);
  friend bool operator==(const Usage&, const Usage&) = default;
};

/// One finished model reply.
struct Reply {
  Message message;  ///< role == assistant
  FinishReason finish = FinishReason::stop;
  Usage usage;
};

[[nodiscard]] std::string_view to_string(Role role);

}  // namespace plim::chat
