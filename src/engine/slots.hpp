#pragma once

#include <filesystem>
#include <stop_token>
#include <string>

#include "base/error.hpp"
#include "base/units.hpp"
#include "engine/peer.hpp"

namespace plim::engine {

// What a slot has computed, kept on disk: a conversation that goes on after a restart of the
// engine, or tomorrow, is not read again. Source: llama.cpp tools/server/README.md, "/slots".

/// Writes the slot's state to `name` in the folder the server was started with. The server counts
/// as hung after the peer's stall limit. Errors: as net::send; io with the server's words.
[[nodiscard]] Result<Bytes> save_slot(const Peer& peer, const std::string& name,
                                      std::stop_token stop);

/// Reads it back; returns how many tokens. Errors: io when the server refuses it, for one that
/// another model or another plan wrote, say: then the slot is empty, and works.
[[nodiscard]] Result<Tokens> restore_slot(const Peer& peer, const std::string& name,
                                          std::stop_token stop);

/// Forgets what the slot has computed. Errors: as restore_slot.
[[nodiscard]] Result<void> erase_slot(const Peer& peer, std::stop_token stop);

/// Removes the oldest files in `dir` until all together take at most `limit`.
void trim_slots(const std::filesystem::path& dir, Bytes limit);

}  // namespace plim::engine
