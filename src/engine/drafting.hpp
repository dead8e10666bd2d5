#pragma once

#include "chat/message.hpp"

namespace plim::engine {

/// Learns from replies whether guessing tokens ahead pays with this model on this machine.
///
/// A step costs some time and each guessed token some more; what that is follows from replies that
/// differ in how much was guessed, or, where all guess alike, from what was measured without.
/// Older replies count for less. Pure; one thread.
class Drafting {
 public:
  /// `plain_ms`: what the reply would have taken without guesses; 0: not known.
  void take(const chat::Usage& reply, double plain_ms = 0);

  /// Whether the guesses cost more than 2 % of the time, and enough replies say so.
  [[nodiscard]] bool costs() const;

 private:
  double replies_ = 0;
  double ms_ = 0;
  double compared_ms_ = 0;  ///< Of the replies that have a `plain_ms`…
  double plain_ms_ = 0;     ///< …and the sum of those.
  double accepted_ = 0;
  double drafted_ = 0;
  // Sums of products, for the least squares of: ms = a * steps + b * drafted.
  double steps_steps_ = 0;
  double steps_drafted_ = 0;
  double drafted_drafted_ = 0;
  double steps_ms_ = 0;
  double drafted_ms_ = 0;
};

}  // namespace plim::engine
