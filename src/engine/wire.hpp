#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "chat/event.hpp"
#include "chat/message.hpp"
#include "engine/engine.hpp"

namespace plim::engine {

// The OpenAI chat-completions wire form, as llama-server, vLLM, LM Studio, Ollama and others
// speak it: one request, and the pieces a streamed reply comes in.

/// A piece of one tool call. Servers send a call whole or grow its arguments over many chunks.
struct CallPiece {
  std::optional<std::int64_t> index;
  std::string id;
  std::string name;
  std::string arguments;
  friend bool operator==(const CallPiece&, const CallPiece&) = default;
};

/// What a server says went wrong, in an HTTP error's body or in the middle of a stream.
struct ServerError {
  int status = 0;
  std::string message;
  std::optional<Overflow> overflow;
  friend bool operator==(const ServerError&, const ServerError&) = default;
};

/// One event of the stream, whatever of it the server sent.
struct Chunk {
  std::string text;
  std::string reasoning;
  std::vector<CallPiece> calls;
  std::optional<chat::FinishReason> finish;
  std::optional<chat::Usage> usage;
  std::optional<chat::PrefillProgress> progress;
  std::optional<ServerError> error;
};

/// The request's body: same input, same bytes. What only llama-server knows is sent only there.
[[nodiscard]] std::string request_json(const ChatRequest& request, const ServedModel& served);

/// Reads the data of one event. Unknown members are ignored. Errors: protocol.
[[nodiscard]] Result<Chunk> parse_chunk(std::string_view data);

/// Reads an error's body; one that is no JSON becomes the message itself, shortened.
[[nodiscard]] ServerError parse_error(int status, std::string_view body);

}  // namespace plim::engine
