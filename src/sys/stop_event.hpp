#pragma once

#include <functional>
#include <optional>
#include <stop_token>

#include "sys/unique_fd.hpp"

namespace plim::sys {

/// A descriptor that turns readable when a stop is requested, so that poll(2) can wait for it
/// beside others. Belongs to one thread; the request may come from any.
class StopEvent {
 public:
  explicit StopEvent(std::stop_token stop);
  StopEvent(const StopEvent&) = delete;
  StopEvent& operator=(const StopEvent&) = delete;
  ~StopEvent() = default;

  /// -1, which poll ignores, when no stop can come or no descriptor was left.
  [[nodiscard]] int fd() const { return fd_.get(); }
  [[nodiscard]] bool requested() const { return stop_.stop_requested(); }
  /// The poll timeout to use for a wait of `timeout_ms` (-1: for ever): itself, or a short slice
  /// when requests can be seen only by looking.
  [[nodiscard]] int slice_ms(int timeout_ms) const;

 private:
  std::stop_token stop_;
  UniqueFd fd_;
  std::optional<std::stop_callback<std::function<void()>>> callback_;
};

}  // namespace plim::sys
