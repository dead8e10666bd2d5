#include "engine/drafting.hpp"

#include <algorithm>

namespace plim::engine {
namespace {

constexpr double remembered = 0.95;  // of the past, with each reply: some twenty count
constexpr std::int64_t telling_tokens = 16;
constexpr double enough_replies = 6;
constexpr double enough_drafted = 128;
constexpr double tolerated_loss = 0.02;
constexpr double tolerated_noise = 0.05;  // between a measurement and what comes later
// Steps and guesses that always go together leave open which of them takes the time.
constexpr double independent = 0.02;
constexpr double hopeless_acceptance = 0.1;

}  // namespace

void Drafting::take(const chat::Usage& reply, double plain_ms) {
  if (reply.completion.value < telling_tokens || reply.decode_ms <= 0) return;
  for (auto* sum : {&replies_, &ms_, &compared_ms_, &plain_ms_, &accepted_, &drafted_,
                    &steps_steps_, &steps_drafted_, &drafted_drafted_, &steps_ms_, &drafted_ms_}) {
    *sum *= remembered;
  }
  const auto drafted = static_cast<double>(reply.drafted.value);
  const auto steps =
      static_cast<double>(std::max<std::int64_t>(reply.completion.value - reply.accepted.value, 1));
  replies_ += 1;
  ms_ += reply.decode_ms;
  plain_ms_ += plain_ms;
  if (plain_ms > 0) compared_ms_ += reply.decode_ms;
  accepted_ += static_cast<double>(reply.accepted.value);
  drafted_ += drafted;
  steps_steps_ += steps * steps;
  steps_drafted_ += steps * drafted;
  drafted_drafted_ += drafted * drafted;
  steps_ms_ += steps * reply.decode_ms;
  drafted_ms_ += drafted * reply.decode_ms;
}

bool Drafting::costs() const {
  if (replies_ < enough_replies * 0.8 || drafted_ < enough_drafted) return false;
  if (accepted_ < hopeless_acceptance * drafted_) return true;
  const auto determinant = steps_steps_ * drafted_drafted_ - steps_drafted_ * steps_drafted_;
  if (determinant < independent * steps_steps_ * drafted_drafted_)
    return plain_ms_ > 0 && compared_ms_ > (1 + tolerated_noise) * plain_ms_;
  const auto step = (steps_ms_ * drafted_drafted_ - drafted_ms_ * steps_drafted_) / determinant;
  const auto guess = (drafted_ms_ * steps_steps_ - steps_ms_ * steps_drafted_) / determinant;
  const auto lost = std::max(guess, 0.0) * drafted_ - step * accepted_;
  return lost > tolerated_loss * ms_;
}

}  // namespace plim::engine
