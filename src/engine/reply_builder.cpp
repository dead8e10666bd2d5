#include "engine/reply_builder.hpp"

#include <algorithm>
#include <utility>

namespace plim::engine {
namespace {

constexpr std::size_t max_reply_bytes = 16U << 20U;

}  // namespace

Result<void> ReplyBuilder::add(const Chunk& chunk) {
  bytes_ += chunk.text.size() + chunk.reasoning.size();
  for (const auto& call : chunk.calls) bytes_ += call.arguments.size() + call.name.size();
  if (bytes_ > max_reply_bytes)
    return fail(Errc::capacity, "the reply is over {} bytes", max_reply_bytes);

  auto& message = reply_.message;
  message.reasoning += chunk.reasoning;
  message.content += chunk.text;
  if (chunk.progress) sink_(*chunk.progress);
  if (!chunk.reasoning.empty()) sink_(chat::TextDelta{chunk.reasoning, true});
  if (!chunk.text.empty()) sink_(chat::TextDelta{chunk.text, false});
  for (const auto& piece : chunk.calls) add_call(piece);
  if (chunk.usage) reply_.usage = *chunk.usage;
  if (chunk.finish) {
    reply_.finish = *chunk.finish;
    complete_ = true;
  }
  return {};
}

void ReplyBuilder::add_call(const CallPiece& piece) {
  auto& call = call_for(piece);
  if (call.id.empty()) call.id = piece.id;
  if (call.name.empty()) call.name = piece.name;
  call.arguments += piece.arguments;
  if (!piece.arguments.empty()) sink_(chat::CallDelta{call.name, piece.arguments});
}

// The index names the call; without one, and from servers that give every call the index 0, a new
// id or name starts the next call.
chat::ToolCall& ReplyBuilder::call_for(const CallPiece& piece) {
  auto& calls = reply_.message.tool_calls;
  const auto index = piece.index.value_or(indices_.empty() ? 0 : indices_.back());
  const auto found = std::ranges::find(indices_.rbegin(), indices_.rend(), index);
  if (found != indices_.rend()) {
    auto& call = calls[static_cast<std::size_t>(indices_.rend() - found) - 1];
    const bool other_id = !piece.id.empty() && !call.id.empty() && piece.id != call.id;
    const bool whole_again = !piece.index && !piece.name.empty() && !call.name.empty();
    if (!other_id && !whole_again) return call;
  }
  indices_.push_back(index);
  return calls.emplace_back();
}

chat::Reply ReplyBuilder::take() {
  auto number = calls_before_;
  for (auto& call : reply_.message.tool_calls) {
    ++number;
    if (call.id.empty()) call.id = "call_" + std::to_string(number);
  }
  // Servers disagree on the reason that goes with calls; only a cut-off reply is not one of them.
  const bool cut_off = reply_.finish == chat::FinishReason::length;
  if (!reply_.message.tool_calls.empty() && !cut_off)
    reply_.finish = chat::FinishReason::tool_calls;
  return std::move(reply_);
}

}  // namespace plim::engine
