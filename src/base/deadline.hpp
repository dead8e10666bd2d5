#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <stop_token>
#include <thread>

namespace plim {

/// Requests a stop when its parent does or when the time is up, and knows which it was. Costs a
/// thread for as long as it lives.
class Deadline {
 public:
  Deadline(std::stop_token parent, std::chrono::milliseconds limit);

  [[nodiscard]] std::stop_token token() const { return source_.get_token(); }
  [[nodiscard]] bool passed() const { return passed_; }

 private:
  std::stop_source source_;
  std::atomic<bool> passed_ = false;
  std::stop_callback<std::function<void()>> on_parent_;
  std::jthread timer_;  // last: joins first
};

}  // namespace plim
