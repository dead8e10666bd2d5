#include "chat/message.hpp"

namespace plim::chat {

Usage& Usage::operator+=(const Usage& other) {
  prompt += other.prompt;
  cached += other.cached;
  completion += other.completion;
  prefill_ms += other.prefill_ms;
  decode_ms += other.decode_ms;
  drafted += other.drafted;
  accepted += other.accepted;
  return *this;
}

std::string_view to_string(Role role) {
  switch (role) {
    case Role::system:
      return "system";
    case Role::user:
      return "user";
    case Role::assistant:
      return "assistant";
    case Role::tool:
      return "tool";
  }
  return "user";
}

}  // namespace plim::chat
