#include "base/deadline.hpp"

#include <condition_variable>
#include <mutex>
#include <utility>

namespace plim {

Deadline::Deadline(std::stop_token parent, std::chrono::milliseconds limit)
    : on_parent_(std::move(parent), [this] { source_.request_stop(); }),
      timer_([this, limit](std::stop_token done) {
        std::mutex mutex;
        std::unique_lock lock(mutex);
        std::condition_variable_any().wait_for(lock, done, limit, [] { return false; });
        if (done.stop_requested()) return;
        passed_ = true;
        source_.request_stop();
      }) {}

}  // namespace plim
