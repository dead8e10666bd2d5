#include "engine/watcher.hpp"

#include <condition_variable>
#include <utility>
#include <vector>

namespace plim::engine {
namespace {

using std::chrono::milliseconds;

}  // namespace

Watcher::Watcher(Options options)
    : options_(std::move(options)),
      gauge_(options_.gauge),
      loop_([this](std::stop_token stop) { run(std::move(stop)); }) {}

void Watcher::watch(std::int64_t pid, const plan::RunPlan& plan) {
  const auto engine = find_engine(options_.gauge.root, pid);
  auto baseline = gauge_.read(engine);
  auto residents = gauge_.residents(engine);
  const std::scoped_lock lock(mutex_);
  pid_ = engine;
  last_ = baseline;
  judge_.emplace(plan, std::move(baseline));
  residents_ = std::move(residents);
}

void Watcher::rest() {
  const std::scoped_lock lock(mutex_);
  pid_ = 0;
  judge_.reset();
}

void Watcher::begin_reply(milliseconds normal_silence) {
  heard();
  const std::scoped_lock lock(mutex_);
  replying_ = true;
  normal_silence_ = normal_silence;
}

void Watcher::heard() { heard_.store(Clock::now(), std::memory_order_relaxed); }

std::optional<Finding> Watcher::end_reply(const chat::Usage& reply) {
  heard();
  const std::scoped_lock lock(mutex_);
  replying_ = false;
  if (!judge_) return {};
  return judge_->take_speed(reply, last_.cpu_stall);
}

milliseconds Watcher::idle() const {
  const std::scoped_lock lock(mutex_);
  if (replying_) return milliseconds(0);
  return std::chrono::floor<milliseconds>(Clock::now() - heard_.load(std::memory_order_relaxed));
}

int Watcher::seconds_with_room(Bytes more) const {
  const std::scoped_lock lock(mutex_);
  return judge_ ? judge_->seconds_with_room(more) : 0;
}

Reading Watcher::last() const {
  const std::scoped_lock lock(mutex_);
  return last_;
}

void Watcher::run(std::stop_token stop) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  while (!stop.stop_requested()) {
    never.wait_for(lock, stop, pause(), [] { return false; });
    if (!stop.stop_requested()) look();
  }
}

// Trouble is to be seen within two seconds, which two looks a second apart may just miss.
milliseconds Watcher::pause() const {
  const std::scoped_lock lock(mutex_);
  return judge_ && judge_->in_doubt() ? options_.period / 2 : options_.period;
}

void Watcher::look() {
  std::int64_t pid = 0;
  {
    const std::scoped_lock lock(mutex_);
    pid = pid_;
  }
  if (pid == 0) return options_.on_look();
  const auto reading = gauge_.read(pid);  // outside the lock: a driver may take its time
  std::vector<Finding> findings;
  Gauge::Residents before;
  {
    const std::scoped_lock lock(mutex_);
    // The dead are the supervisor's to report; nothing may be concluded from what is not there.
    if (!judge_ || pid != pid_ || reading.state == '?') return;
    const auto silence = Clock::now() - heard_.load(std::memory_order_relaxed);
    findings = judge_->take(reading, {.silence = std::chrono::floor<milliseconds>(silence),
                                      .normal_silence = normal_silence_,
                                      .idle = !replying_});
    last_ = reading;
    if (!findings.empty()) before = residents_;
  }
  for (auto& finding : findings) {
    if (finding.event.kind != EventKind::hung) finding.event.taker = gauge_.taker(before, pid);
    options_.on_finding(finding);
  }
  options_.on_look();
}

}  // namespace plim::engine
