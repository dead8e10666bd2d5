// engine: streams one model reply at a time, from a supervised llama-server or any endpoint.
// Does not: choose the plan (plan/), know tools (tools/), retry a request (agent/).
// Threads: Engine::chat runs on the caller's, one at a time; ServerProcess has one of its own.
// Start at: engine.hpp for one request, server_process.hpp for the child's life.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <variant>

#include "base/error.hpp"
#include "base/units.hpp"
#include "chat/event.hpp"
#include "chat/message.hpp"

namespace plim::engine {

/// Which model answers, and how much one request may hold.
struct ServedModel {
  std::string name;
  Tokens context;              ///< Prompt and reply together, of one slot.
  std::string context_source;  ///< Who said so: "/props", "/v1/models max_model_len", "--ctx".
  bool is_llama_server = false;
  std::string build;          ///< As the server names itself; may be empty.
  std::string chat_template;  ///< Jinja; empty where the server does not show it.

  friend bool operator==(const ServedModel&, const ServedModel&) = default;
};

/// One request. The same transcript and tools give the same bytes on the wire, so a request that
/// extends the last one finds its prefix in the KV cache. Borrows for the call only.
struct ChatRequest {
  std::span<const chat::Message> transcript;
  std::span<const chat::ToolSpec> tools = {};
  std::optional<Tokens> max_tokens = {};
  std::optional<Tokens> max_thinking = {};  ///< Of these; then llama-server ends the thought.
  std::optional<double> temperature = {};   ///< Absent: the server's or the model's own.
  std::optional<std::uint64_t> seed = {};
};

/// What arrives while a reply streams: text or reasoning, a call's arguments, how far the prompt
/// is, and what happened to the engine.
using Delta = std::variant<chat::TextDelta, chat::CallDelta, chat::PrefillProgress, chat::Notice>;
using Sink = std::function<void(const Delta&)>;

/// The prompt does not fit the served context.
struct Overflow {
  Tokens prompt;   ///< As the server counted it.
  Tokens context;  ///< The slot's size.
  friend bool operator==(const Overflow&, const Overflow&) = default;
};

/// Why no reply came. Becomes a plain Error wherever a Result is returned, also through TRY.
struct ChatError {
  Error error;
  std::optional<Overflow> overflow;  ///< Set for a context overflow only (code capacity).

  ChatError(Error cause) : error(std::move(cause)) {}
  ChatError(Error cause, Overflow detail) : error(std::move(cause)), overflow(detail) {}
  operator Error() const& { return error; }
  operator Error() && { return std::move(error); }
};

using ChatResult = std::expected<chat::Reply, ChatError>;

/// Something that answers chat requests. One request at a time.
class Engine {
 public:
  Engine() = default;
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;
  virtual ~Engine() = default;

  /// Streams one reply; returns when it is complete. `on_delta` runs on the calling thread.
  ///
  /// Tool calls have non-empty ids; their arguments are what the model wrote, perhaps malformed.
  /// A requested stop breaks any wait at once and frees the server's slot.
  /// Errors: cancelled; timeout after the stall limit without a byte; protocol for a stream that
  /// broke off or is malformed; capacity for a context overflow (with `overflow`) or an engine
  /// out of memory; denied for a refused key; not_found for a refused connection or an unknown
  /// model; invalid for any other HTTP 4xx; io for HTTP 5xx, a lost connection or a dead engine.
  /// After io, timeout or protocol the same call may be tried again.
  [[nodiscard]] virtual ChatResult chat(const ChatRequest& request, const Sink& on_delta,
                                        std::stop_token stop) = 0;

  /// Constant but while chat runs: an engine that went to a smaller plan serves less context.
  [[nodiscard]] virtual const ServedModel& served() const = 0;

  /// Names the conversation that begins, and takes up what was kept of it.
  virtual void resume(const std::string& conversation) { (void)conversation; }

  /// How many tokens the model's own vocabulary makes of a text; nothing from a server that is not
  /// asked or does not say.
  [[nodiscard]] virtual std::optional<Tokens> count(std::string_view text, std::stop_token stop) {
    (void)text, (void)stop;
    return std::nullopt;
  }

  /// Writes down what this conversation has computed, where the engine is ours and it is worth the
  /// disk: for the end of a session that may be resumed.
  virtual void keep() {}
};

}  // namespace plim::engine
