#include "base/deadline.hpp"

#include <condition_variable>
#include <mutex>

#include <gtest/gtest.h>

namespace plim {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;

void wait_for(const std::stop_token& token) {
  std::mutex mutex;
  std::unique_lock lock(mutex);
  std::condition_variable_any().wait(lock, token, [] { return false; });
}

TEST(Deadline, StopsWhenTheTimeIsUp) {
  const Deadline deadline({}, milliseconds(1));
  wait_for(deadline.token());
  EXPECT_TRUE(deadline.passed());
}

TEST(Deadline, StopsWithItsParentWithoutHavingPassed) {
  std::stop_source parent;
  const Deadline deadline(parent.get_token(), minutes(10));
  EXPECT_FALSE(deadline.token().stop_requested());
  parent.request_stop();
  wait_for(deadline.token());
  EXPECT_FALSE(deadline.passed());
}

TEST(Deadline, EndsWithoutWaitingForItsTime) {
  std::stop_token token;
  {
    const Deadline deadline({}, minutes(10));
    token = deadline.token();
  }
  EXPECT_FALSE(token.stop_requested());
}

}  // namespace
}  // namespace plim
