#include "base/channel.hpp"

#include <algorithm>
#include <memory>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace plim {
namespace {

TEST(Channel, DeliversWhatWasPushedBeforeItClosed) {
  Channel<int> channel(2);
  EXPECT_TRUE(channel.push(1));
  EXPECT_TRUE(channel.push(2));
  channel.close();
  EXPECT_FALSE(channel.push(3));
  EXPECT_EQ(channel.pop(), 1);
  EXPECT_EQ(channel.pop(), 2);
  EXPECT_EQ(channel.pop(), std::nullopt);
}

TEST(Channel, WakesAWaitingPopWhenStopped) {
  Channel<int> channel(1);
  std::jthread waiter(
      [&](const std::stop_token& stop) { EXPECT_EQ(channel.pop(stop), std::nullopt); });
}

TEST(Channel, WakesAWaitingPushWhenClosed) {
  Channel<int> channel(1);
  ASSERT_TRUE(channel.push(1));
  const std::jthread waiter([&] { EXPECT_FALSE(channel.push(2)); });
  channel.close();
}

TEST(Channel, MovesValuesOfManyThreadsOnceEach) {
  Channel<std::unique_ptr<int>> channel(3);
  std::vector<int> got;
  {
    std::vector<std::jthread> pushers;
    for (int thread = 0; thread < 4; ++thread) {
      pushers.emplace_back([&channel, thread] {
        for (int i = 0; i < 250; ++i) channel.push(std::make_unique<int>(1000 * thread + i));
      });
    }
    for (int i = 0; i < 1000; ++i) got.push_back(**channel.pop());
  }
  std::ranges::sort(got);
  EXPECT_EQ(std::ranges::unique(got).size(), 0U);
  EXPECT_EQ(got.front(), 0);
  EXPECT_EQ(got.back(), 3249);
}

}  // namespace
}  // namespace plim
