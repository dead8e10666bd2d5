#pragma once

#include <cstddef>
#include <future>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "agent/retrieved.hpp"
#include "app/retrieval.hpp"
#include "engine/engine.hpp"

namespace plim::app {

/// Of fewer files a model needs no choice: their list says enough, and it reads what it wants.
constexpr std::size_t least_files_to_choose_from = 12;

/// Whether a packet is worth its tokens unasked: there is something to choose from, and the task
/// says what it is about.
[[nodiscard]] bool is_worth_sending(const index::Packet& packet);

/// What a session's first message holds of the project's code. The index is brought up to date on
/// a thread of its own from the moment this is made, beside the engine's start.
class FirstPacket {
 public:
  explicit FirstPacket(const Context& context);
  ~FirstPacket();
  FirstPacket(const FirstPacket&) = delete;
  FirstPacket& operator=(const FirstPacket&) = delete;

  /// The bytes that `plim context TASK --budget N` prints, or nothing: when it is not worth
  /// sending, when the project takes too long to read, or when `stop` is requested. Never more
  /// tokens than the budget, as `engine` counts them. To be called once.
  [[nodiscard]] agent::Retrieved get(std::string_view task, Tokens budget, engine::Engine& engine,
                                     std::stop_token stop);

 private:
  [[nodiscard]] std::optional<index::Index> ready(const std::stop_token& stop);

  Retrieval retrieval_;
  std::stop_source given_up_;
  std::future<Result<index::Index>> opening_;
};

}  // namespace plim::app
