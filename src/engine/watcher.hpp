#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>

#include "engine/gauge.hpp"
#include "engine/judge.hpp"

namespace plim::engine {

/// Looks at the engine once a second, on a thread of its own, and tells what it finds.
class Watcher {
 public:
  struct Options {
    GaugeOptions gauge;
    std::chrono::milliseconds period{std::chrono::seconds(1)};
    std::function<void(const Finding&)> on_finding;  ///< From the watching thread, as the next.
    std::function<void()> on_look;                   ///< After each look.
  };

  explicit Watcher(Options options);

  // Any thread, all of them.

  /// From now on this process, which runs as `plan` says.
  void watch(std::int64_t pid, const plan::RunPlan& plan);
  /// Nothing is there to be watched.
  void rest();

  /// A reply was asked for; `normal_silence` is what may pass between two bytes of it.
  void begin_reply(std::chrono::milliseconds normal_silence);
  void heard();
  /// It is over; its usage, all 0 when it broke off, says how fast. What that shows is returned.
  [[nodiscard]] std::optional<Finding> end_reply(const chat::Usage& reply);

  /// How long no reply was asked for.
  [[nodiscard]] std::chrono::milliseconds idle() const;
  [[nodiscard]] int seconds_with_room(Bytes more) const;
  [[nodiscard]] Reading last() const;

 private:
  using Clock = std::chrono::steady_clock;

  void run(std::stop_token stop);
  [[nodiscard]] std::chrono::milliseconds pause() const;
  void look();

  const Options options_;
  const Gauge gauge_;
  std::atomic<Clock::time_point> heard_ = Clock::now();

  mutable std::mutex mutex_;
  std::int64_t pid_ = 0;
  std::optional<Judge> judge_;
  Gauge::Residents residents_;  // when it became ready
  Reading last_;
  bool replying_ = false;
  std::chrono::milliseconds normal_silence_{0};

  std::jthread loop_;  // last: joins first
};

}  // namespace plim::engine
