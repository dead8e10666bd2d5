#include "engine/judge.hpp"

#include <random>

#include <gtest/gtest.h>

namespace plim::engine {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

plan::RunPlan gpu_plan() {
  return {.device = "CUDA0",
          .on_gpu = true,
          .ledger = {{.device = "CUDA0", .weights = 8_GiB, .kv = 2_GiB, .reserve = 2_GiB},
                     {.device = "host", .reserve = 2_GiB}}};
}

Reading calm() {
  return {.state = 'S',
          .cpu_ticks = 100,
          .resident = 3_GiB,
          .host_available = 12_GiB,
          .device = DeviceReading{.total = 24_GiB, .free = 10_GiB, .own = 11_GiB}};
}

// What the judge says of `reading`, given as often as it takes, at most `times`.
std::vector<Finding> findings(Judge& judge, const Reading& reading, int times = 1,
                              const Work& work = {}) {
  std::vector<Finding> all;
  for (int i = 0; i < times; ++i)
    for (auto& finding : judge.take(reading, work)) all.push_back(std::move(finding));
  return all;
}

chat::Usage in_ms(std::int64_t tokens, double ms) {
  return {.completion = {tokens}, .decode_ms = ms};
}

TEST(Judge, SaysNothingOfAnEngineThatIsWell) {
  Judge judge(gpu_plan(), calm());
  EXPECT_TRUE(findings(judge, calm(), 100).empty());
}

TEST(Judge, IsInDoubtBetweenTheFirstLowReadingAndTheSecond) {
  Judge judge(gpu_plan(), calm());
  auto low = calm();
  low.device->free = 900_MiB;
  EXPECT_FALSE(judge.in_doubt());
  EXPECT_TRUE(findings(judge, low).empty());
  EXPECT_TRUE(judge.in_doubt());
  EXPECT_EQ(findings(judge, low).size(), 1);
  EXPECT_FALSE(judge.in_doubt());
  EXPECT_TRUE(findings(judge, calm()).empty());
  EXPECT_TRUE(findings(judge, low).empty());
  EXPECT_TRUE(judge.in_doubt());
  EXPECT_TRUE(findings(judge, calm()).empty());
  EXPECT_FALSE(judge.in_doubt());
}

struct Case {
  const char* what;
  EventKind kind;
  Reaction reaction;
  int within;  // looks
  void (*happens)(Reading&);
};

TEST(Judge, SeesEachWayMemoryGoesWrongWithinTwoLooksAndSaysItOnce) {
  const Case cases[] = {
      {"swap", EventKind::spill, Reaction::none, 1, [](Reading& r) { r.swapped = 100_MiB; }},
      {"GTT", EventKind::spill, Reaction::shrink, 1,
       [](Reading& r) { r.device->own_shared = 620_MiB; }},
      {"evicted", EventKind::spill, Reaction::shrink, 1,
       [](Reading& r) { r.device->own_evicted = 100_MiB; }},
      {"no longer resident", EventKind::spill, Reaction::shrink, 1,
       [](Reading& r) { r.device->own = 9_GiB; }},
      {"half the device reserve", EventKind::pressure, Reaction::shrink, 2,
       [](Reading& r) { r.device->free = 900_MiB; }},
      {"most of the device reserve", EventKind::pressure, Reaction::shrink, 1,
       [](Reading& r) { r.device->free = 100_MiB; }},
      {"half the host reserve", EventKind::pressure, Reaction::none, 2,
       [](Reading& r) { r.host_available = 900_MiB; }},
      {"most of the host reserve", EventKind::pressure, Reaction::none, 1,
       [](Reading& r) { r.host_available = 100_MiB; }},
      {"others wait for memory", EventKind::pressure, Reaction::none, 2,
       [](Reading& r) { r.memory_stall = 60; }},
  };
  for (const auto& test : cases) {
    Judge judge(gpu_plan(), calm());
    auto reading = calm();
    test.happens(reading);
    const auto early = findings(judge, reading, test.within);
    ASSERT_EQ(early.size(), 1U) << test.what;
    EXPECT_EQ(early[0].event.kind, test.kind) << test.what;
    EXPECT_EQ(early[0].reaction, test.reaction) << test.what;
    EXPECT_TRUE(findings(judge, reading, 50).empty()) << test.what << " is said again";
    EXPECT_TRUE(findings(judge, calm(), 1).empty()) << test.what;
    EXPECT_EQ(findings(judge, reading, test.within).size(), 1U) << test.what << " comes back";
  }
}

TEST(Judge, GivesRamBackWhereTheModelIsInRam) {
  auto on_cpu = calm();
  on_cpu.device.reset();
  const plan::RunPlan plan{.ledger = {{.device = "host", .reserve = 2_GiB}}};
  auto swapped = on_cpu;
  swapped.swapped = 100_MiB;
  auto tight = on_cpu;
  tight.host_available = 100_MiB;
  for (const auto& reading : {swapped, tight}) {
    Judge judge(plan, on_cpu);
    const auto found = findings(judge, reading);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].reaction, Reaction::shrink) << found[0].event.cause;
  }
}

TEST(Judge, CallsAWaitForTheDiskASpillOnlyWhenMemoryIsShort) {
  const Work replying{.idle = false};
  auto reading = calm();
  Judge judge(gpu_plan(), calm());
  reading.major_faults = 5000;
  EXPECT_TRUE(findings(judge, reading, 1, replying).empty());  // cold weights of a large model
  reading.major_faults += 5000;
  reading.host_available = 3_GiB;
  const auto found = findings(judge, reading, 1, replying);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].event,
            (EngineEvent{EventKind::spill,
                         "weights are read from disk again, 5000 times in a second", ""}));
}

TEST(Judge, SeesAHangOfAReplyAndNothingElse) {
  const auto silent = [](int s) {
    return Work{.silence = seconds(s), .normal_silence = seconds(5), .idle = false};
  };
  {
    Judge judge(gpu_plan(), calm());
    std::vector<int> seen;
    for (int s = 1; s <= 30; ++s)
      if (!judge.take(calm(), silent(s)).empty()) seen.push_back(s);
    EXPECT_EQ(seen, std::vector<int>{7});  // once, and within 10 s
  }
  Judge judge(gpu_plan(), calm());
  auto computing = calm();
  for (int s = 1; s <= 30; ++s) {
    computing.cpu_ticks += 80;
    EXPECT_TRUE(judge.take(computing, silent(s)).empty()) << "it computes";
    EXPECT_TRUE(Judge(gpu_plan(), calm()).take(calm(), {}).empty()) << "it is idle";
  }
  Judge starved(gpu_plan(), calm());
  auto busy = calm();
  for (int s = 1; s <= 30; ++s) {
    busy.waited_ms += 900;
    EXPECT_TRUE(starved.take(busy, silent(s)).empty()) << "others have the processor";
  }
}

TEST(Judge, SaysThatRepliesBecameSlowAndLearnsANewNormal) {
  Judge judge(gpu_plan(), calm());
  const auto reply = [&](double speed) { return judge.take_speed(in_ms(100, 100'000 / speed), 0); };
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(reply(40));
  EXPECT_FALSE(reply(10));  // one may be chance
  const auto slow = reply(10);
  ASSERT_TRUE(slow);
  EXPECT_EQ(slow->event.kind, EventKind::degraded);
  EXPECT_EQ(slow->event.cause, "10.0 tokens/s, usual are 40.0");
  for (int i = 0; i < 30; ++i) EXPECT_FALSE(reply(10));
  EXPECT_FALSE(judge.take_speed(in_ms(5, 1000), 0));  // too short to tell
}

TEST(Judge, HoldsTheFirstRepliesAgainstThePrediction) {
  auto plan = gpu_plan();
  plan.speed.decode = {50, 40, 60};
  plan.full_decode = {45, 36, 54};
  Judge judge(plan, calm());
  EXPECT_FALSE(judge.take_speed(in_ms(100, 5000), 0));
  const auto slow = judge.take_speed(in_ms(100, 5000), 0);
  ASSERT_TRUE(slow);
  EXPECT_EQ(slow->event.cause, "20.0 tokens/s, predicted were 45.0");
  Judge as_predicted(plan, calm());
  for (int i = 0; i < 30; ++i) EXPECT_FALSE(as_predicted.take_speed(in_ms(100, 3000), 0));
}

TEST(Judge, DoesNotTakeGuessedTokensForTheUsualSpeed) {
  Judge judge(gpu_plan(), calm());
  auto guessed = in_ms(400, 2500);
  guessed.drafted = guessed.accepted = Tokens{300};
  for (int i = 0; i < 5; ++i) {
    EXPECT_FALSE(judge.take_speed(in_ms(100, 2500), 0));
    EXPECT_FALSE(judge.take_speed(guessed, 0));
  }
  guessed.decode_ms = 40'000;  // guesses that are right, and slower than none
  EXPECT_FALSE(judge.take_speed(guessed, 0));
  EXPECT_TRUE(judge.take_speed(guessed, 0));
}

TEST(Judge, TakesASmallModelToOneThreadWhenOthersHaveTheProcessor) {
  const auto slowed = [](int threads, Bytes weights, double cpu_stall) {
    const plan::RunPlan plan{.threads = threads,
                             .ledger = {{.device = "host", .weights = weights}}};
    Judge judge(plan, calm());
    for (int i = 0; i < 4; ++i) (void)judge.take_speed(in_ms(100, 1000), 0);
    (void)judge.take_speed(in_ms(100, 90'000), cpu_stall);
    const auto finding = judge.take_speed(in_ms(100, 90'000), cpu_stall);
    return finding ? finding->reaction : Reaction::restart;
  };
  EXPECT_EQ(slowed(2, 5_MiB, 80), Reaction::one_thread);
  EXPECT_EQ(slowed(1, 5_MiB, 80), Reaction::none);
  EXPECT_EQ(slowed(2, 5_MiB, 0), Reaction::none);
  EXPECT_EQ(slowed(8, 4_GiB, 80), Reaction::none);
}

TEST(Judge, CountsHowLongThereIsRoomForMore) {
  Judge judge(gpu_plan(), calm());
  (void)findings(judge, calm(), 5);
  EXPECT_EQ(judge.seconds_with_room(4_GiB), 5);
  EXPECT_EQ(judge.seconds_with_room(9_GiB), 0);
  auto tight = calm();
  tight.device->free = 3_GiB;
  (void)findings(judge, tight, 1);
  (void)findings(judge, calm(), 2);
  EXPECT_EQ(judge.seconds_with_room(4_GiB), 2);
}

// A working day of a desktop: browsers and builds come and go, memory breathes, now and then the
// machine is short for a moment; nothing of it touches the engine.
TEST(Judge, RaisesAtMostOneFalseAlarmInADay) {
  std::mt19937 random(7);
  std::normal_distribution<double> step(0, 1);
  for (int day = 0; day < 3; ++day) {
    Judge judge(gpu_plan(), calm());
    double host = 12;
    double device = 10;
    auto reading = calm();
    int alarms = 0;
    for (int second = 0; second < 86'400; ++second) {
      host = std::clamp(host + 0.05 * step(random), 2.5, 20.0);
      device = std::clamp(device + 0.02 * step(random), 2.2, 11.0);
      reading.host_available = Bytes{static_cast<std::uint64_t>(host * (1U << 30U))};
      reading.device->free = Bytes{static_cast<std::uint64_t>(device * (1U << 30U))};
      // A page fault of somebody's, a busy compiler, a little swap.
      reading.memory_stall = random() % 4000 == 0 ? 45 : 5;
      reading.cpu_stall = static_cast<double>(random() % 100);
      reading.swapped = Bytes{random() % (48U << 20U)};
      reading.major_faults += random() % 20;
      const bool replying = second % 60 < 40;
      reading.cpu_ticks += replying ? 40 + random() % 60 : random() % 3;
      const Work work{.silence = replying ? milliseconds(random() % 4000) : milliseconds(0),
                      .idle = !replying};
      alarms += static_cast<int>(judge.take(reading, work).size());
      if (second % 60 == 40) {
        const double speed = 40 * (0.75 + 0.05 * step(random));
        alarms += judge.take_speed(in_ms(200, 200'000 / speed), 10) ? 1 : 0;
      }
    }
    EXPECT_LE(alarms, 1);
  }
}

}  // namespace
}  // namespace plim::engine
