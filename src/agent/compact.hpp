#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "base/units.hpp"
#include "chat/message.hpp"

namespace plim::agent {

// Making room, as pure functions of a transcript. None touches the system message, none loses a
// word of the user's, and none breaks a call apart from its result.

/// What a transcript costs in the served model's tokens, tools included.
using Cost = std::function<Tokens(std::span<const chat::Message>)>;

/// Whether a user message is one of the agent's own: a nudge, failing tests, a changed mode.
[[nodiscard]] bool is_ours(const chat::Message& message);

/// Rung 1. Results before the last turn become one-line stubs that say which call to repeat, in one
/// batch, since each batch costs the engine's cache: first those that later calls superseded (the
/// same file read again or edited since), then the oldest, until the cost is at most `target`.
/// Returns how many were stubbed.
std::size_t stub_old_results(chat::Transcript& transcript, const Cost& cost, Tokens target);

/// Rung 2. Everything before the last turn becomes one user message: the task and what the user
/// said since, word for word, then `record` (plim's own) and `notes` (the model's), replacing those
/// of an earlier collapse. With `keep_last_turn` the last reply with its results stays.
[[nodiscard]] chat::Transcript collapse(const chat::Transcript& transcript, std::string_view record,
                                        std::string_view notes, bool keep_last_turn = true);

/// What an earlier collapse recorded; empty without one.
[[nodiscard]] std::string_view earlier_record(const chat::Transcript& transcript);

/// Rung 3, when even one turn is too much: results are cut in the middle, all alike, to at most
/// `most_bytes` each. Returns how many were.
std::size_t cut_results(chat::Transcript& transcript, std::size_t most_bytes);

}  // namespace plim::agent
