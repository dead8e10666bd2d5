#pragma once

#include <cstddef>
#include <vector>

#include "chat/message.hpp"
#include "engine/engine.hpp"
#include "engine/wire.hpp"

namespace plim::engine {

/// Puts the chunks of one stream together and passes on what a person wants to see at once.
class ReplyBuilder {
 public:
  /// `calls_before` is the number of tool calls in the transcript: calls without an id get
  /// "call_N" counted on from there, so that the same history gives the same ids.
  ReplyBuilder(std::size_t calls_before, const Sink& sink)
      : calls_before_(calls_before), sink_(sink) {}

  /// Errors: capacity when the reply grows over 16 MiB.
  [[nodiscard]] Result<void> add(const Chunk& chunk);
  /// The server said that the stream is over.
  void end() { complete_ = true; }
  /// Whether the reply is whole, so that a lost connection no longer matters.
  [[nodiscard]] bool complete() const { return complete_; }

  [[nodiscard]] chat::Reply take();

 private:
  void add_call(const CallPiece& piece);
  chat::ToolCall& call_for(const CallPiece& piece);

  std::size_t calls_before_;
  const Sink& sink_;
  chat::Reply reply_{{chat::Role::assistant, {}, {}, {}, {}}, chat::FinishReason::stop, {}};
  std::vector<std::int64_t> indices_;  // of reply_.message.tool_calls, as the server counts
  std::size_t bytes_ = 0;
  bool complete_ = false;
};

}  // namespace plim::engine
