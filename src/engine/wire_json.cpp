#include <algorithm>
#include <charconv>
#include <format>

#include <nlohmann/json.hpp>

#include "base/utf8.hpp"
#include "chat/message_json.hpp"
#include "engine/json_read.hpp"
#include "engine/wire.hpp"

namespace plim::engine {
namespace {

using Json = nlohmann::json;
constexpr std::size_t shown_bytes = 400;  // of a server's own words, in a message

Tokens tokens_at(const Json& object, const char* key) { return {count_at(object, key)}; }

// The number behind `label` in a sentence: "requested 5000 tokens".
std::optional<Tokens> number_after(std::string_view text, std::string_view label) {
  const auto found = text.find(label);
  if (found == std::string_view::npos) return {};
  text.remove_prefix(found + label.size());
  std::int64_t number = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  if (parsed.ec != std::errc()) return {};
  return Tokens{number};
}

// llama-server states both numbers as members; others only in their sentence.
// Source: vLLM entrypoints/openai "maximum context length is N tokens. However, you requested M";
// OpenAI's code context_length_exceeded "resulted in M tokens".
std::optional<Overflow> parse_overflow(const Json& error, std::string_view message) {
  const auto context = number_after(message, "maximum context length is ");
  if (text_at(error, "type") == "exceed_context_size_error")
    return Overflow{tokens_at(error, "n_prompt_tokens"), tokens_at(error, "n_ctx")};
  if (!context && text_at(error, "code") != "context_length_exceeded") return {};
  auto prompt = number_after(message, "you requested ");
  if (!prompt) prompt = number_after(message, "resulted in ");
  return Overflow{prompt.value_or(Tokens{}), context.value_or(Tokens{})};
}

ServerError read_error(int status, const Json& body) {
  // {"error":{"message":…}}, {"error":"…"}, {"message":…} or {"detail":…}
  const Json& inner = at(body, "error");
  const Json& error = inner.is_object() ? inner : body;
  std::string message = text_at(error, "message");
  if (message.empty()) message = text_at(error, "detail");
  if (message.empty()) message = inner.is_string() ? inner.get<std::string>() : body.dump();
  const Json& code = at(error, "code");
  if (status == 200 && code.is_number_integer()) status = code.get<int>();
  auto overflow = parse_overflow(error, message);
  message = terminal_safe(utf8_prefix(message, shown_bytes));
  return {status, std::move(message), overflow};
}

chat::FinishReason parse_finish(const std::string& reason) {
  if (reason == "length" || reason == "max_tokens") return chat::FinishReason::length;
  if (reason == "tool_calls" || reason == "function_call") return chat::FinishReason::tool_calls;
  return chat::FinishReason::stop;  // "stop", "eos", "end_turn", "content_filter"…
}

CallPiece parse_call(const Json& call) {
  const Json& function = at(call, "function");
  const Json& arguments = at(function, "arguments");
  CallPiece piece{{}, text_at(call, "id"), text_at(function, "name"), {}};
  if (const Json& index = at(call, "index"); index.is_number_integer())
    piece.index = index.get<std::int64_t>();
  if (arguments.is_string()) piece.arguments = arguments.get<std::string>();
  if (arguments.is_object()) piece.arguments = arguments.dump();
  return piece;
}

void parse_choice(const Json& choice, Chunk& chunk) {
  const Json& delta = choice.contains("delta") ? at(choice, "delta") : at(choice, "message");
  chunk.text = text_at(delta, "content");
  chunk.reasoning = text_at(delta, "reasoning_content");
  if (chunk.reasoning.empty()) chunk.reasoning = text_at(delta, "reasoning");
  if (const Json& calls = at(delta, "tool_calls"); calls.is_array())
    std::ranges::transform(calls, std::back_inserter(chunk.calls), parse_call);
  const auto finish = text_at(choice, "finish_reason");
  if (!finish.empty()) chunk.finish = parse_finish(finish);
}

// llama-server's own clock where it is there; the caller measures otherwise.
std::optional<chat::Usage> parse_usage(const Json& body) {
  const Json& timings = at(body, "timings");
  const Json& usage = at(body, "usage");
  if (timings.is_object()) {
    const Tokens cached = tokens_at(timings, "cache_n");
    return chat::Usage{.prompt = cached + tokens_at(timings, "prompt_n"),
                       .cached = cached,
                       .completion = tokens_at(timings, "predicted_n"),
                       .prefill_ms = number_at(timings, "prompt_ms"),
                       .decode_ms = number_at(timings, "predicted_ms"),
                       .drafted = tokens_at(timings, "draft_n"),
                       .accepted = tokens_at(timings, "draft_n_accepted")};
  }
  if (!usage.is_object()) return {};
  return chat::Usage{tokens_at(usage, "prompt_tokens"),
                     tokens_at(at(usage, "prompt_tokens_details"), "cached_tokens"),
                     tokens_at(usage, "completion_tokens")};
}

}  // namespace

std::string request_json(const ChatRequest& request, const ServedModel& served) {
  nlohmann::ordered_json options;
  options["model"] = to_utf8(served.name);
  options["stream"] = true;
  options["stream_options"]["include_usage"] = true;
  if (request.max_tokens) options["max_tokens"] = request.max_tokens->value;
  if (request.temperature) options["temperature"] = *request.temperature;
  if (request.seed) options["seed"] = *request.seed;
  if (served.is_llama_server) {
    // No id_slot: a pinned slot never looks into the host prompt cache (llama.cpp #24746).
    options["cache_prompt"] = true;
    options["return_progress"] = true;
    // Without effect on models that do not think.
    if (request.max_thinking) options["thinking_budget_tokens"] = request.max_thinking->value;
  }
  std::string body = options.dump();
  body.pop_back();  // its '}': what follows is JSON text already
  if (!request.tools.empty()) body += ",\"tools\":" + chat::tools_json(request.tools);
  body += ",\"messages\":" + chat::messages_json(request.transcript) + "}";
  return body;
}

Result<Chunk> parse_chunk(std::string_view data) {
  const Json body = Json::parse(data, nullptr, false);
  if (!body.is_object()) {
    return fail(Errc::protocol, "the stream holds something else than JSON objects: {}",
                terminal_safe(utf8_prefix(data, 80)));
  }
  Chunk chunk;
  if (!at(body, "error").is_null()) {
    chunk.error = read_error(200, body);
    return chunk;
  }
  const Json& choices = at(body, "choices");
  if (choices.is_array() && !choices.empty() && choices.front().is_object())
    parse_choice(choices.front(), chunk);
  if (const Json& progress = at(body, "prompt_progress"); progress.is_object())
    chunk.progress = {tokens_at(progress, "processed"), tokens_at(progress, "total")};
  chunk.usage = parse_usage(body);
  return chunk;
}

ServerError parse_error(int status, std::string_view body) {
  const Json parsed = Json::parse(body, nullptr, false);
  if (parsed.is_object()) return read_error(status, parsed);
  return {status, terminal_safe(utf8_prefix(body, shown_bytes)), {}};
}

}  // namespace plim::engine
