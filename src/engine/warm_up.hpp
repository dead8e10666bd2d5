#pragma once

#include <chrono>
#include <stop_token>

#include "base/error.hpp"
#include "base/units.hpp"
#include "engine/peer.hpp"

namespace plim::engine {

/// How far a warm-up came.
struct WarmUp {
  Tokens read;    ///< Of a prompt that fills the context.
  Tokens wanted;  ///< All of it.
  double ms_per_token = 0;

  friend bool operator==(const WarmUp&, const WarmUp&) = default;
};

/// Fills the whole context once with a prompt that means nothing, as long as `limit`, and empties
/// the slot again: memory that is only taken when it is needed is taken now, not in the first long
/// task. Errors: as Engine::chat; running out of time is none.
[[nodiscard]] Result<WarmUp> warm_up(const Peer& peer, Tokens context,
                                     std::chrono::milliseconds limit, std::stop_token stop);

}  // namespace plim::engine
