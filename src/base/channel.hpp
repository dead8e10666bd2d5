#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <stop_token>
#include <utility>

namespace plim {

/// A bounded queue between threads: any number push, any number pop.
///
/// Values pushed before close() are still delivered; push after it is refused.
template <class T>
class Channel {
 public:
  explicit Channel(std::size_t capacity) : capacity_(capacity) {}

  /// Waits for room. False when the channel is closed or `stop` is requested; `value` is dropped.
  bool push(T value, std::stop_token stop = {}) {
    std::unique_lock lock(mutex_);
    room_.wait(lock, stop, [this] { return closed_ || queue_.size() < capacity_; });
    if (closed_ || queue_.size() >= capacity_) return false;
    queue_.push_back(std::move(value));
    filled_.notify_one();
    return true;
  }

  /// Waits for a value. Nothing when `stop` is requested, or when closed and empty.
  std::optional<T> pop(std::stop_token stop = {}) {
    std::unique_lock lock(mutex_);
    filled_.wait(lock, stop, [this] { return closed_ || !queue_.empty(); });
    if (queue_.empty() || stop.stop_requested()) return std::nullopt;
    std::optional<T> value(std::move(queue_.front()));
    queue_.pop_front();
    room_.notify_one();
    return value;
  }

  void close() {
    const std::scoped_lock lock(mutex_);
    closed_ = true;
    filled_.notify_all();
    room_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable_any filled_;
  std::condition_variable_any room_;
  std::deque<T> queue_;
  std::size_t capacity_;
  bool closed_ = false;
};

}  // namespace plim
