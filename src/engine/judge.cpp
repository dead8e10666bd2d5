#include "engine/judge.hpp"

#include <algorithm>
#include <format>
#include <utility>

namespace plim::engine {
namespace {

using std::chrono::milliseconds;

// Pages of libraries and idle threads wander into swap on any machine.
constexpr Bytes harmless_swap = 64_MiB;
constexpr Bytes harmless_shared = 128_MiB;
// Weights that were dropped from the page cache and are read again, 4 KiB and more at a time.
constexpr std::uint64_t faults_of_a_spill = 200;
constexpr double stalled_percent = 40;
constexpr std::size_t remembered_seconds = 60;
// An engine that computes uses a processor or, on a GPU, is within its normal pause.
constexpr std::uint64_t ticks_of_an_idle_second = 5;
constexpr std::uint64_t waits_of_an_idle_second = 200;
constexpr int quiet_readings = 3;

constexpr Bytes small_model = 64_MiB;
constexpr std::int64_t telling_tokens = 32;
constexpr double slow_share = 0.6;
constexpr int slow_replies = 2;
constexpr int new_normal = 10;
constexpr double learning = 0.2;

Finding finding(EventKind kind, Reaction reaction, std::string cause) {
  return {{kind, std::move(cause), {}}, reaction};
}

Bytes reserve_of(const plan::RunPlan& plan, bool host) {
  for (const auto& row : plan.ledger)
    if ((row.device == "host") == host) return row.reserve;
  return {};
}

Bytes planned_on_device(const plan::RunPlan& plan) {
  if (!plan.on_gpu || plan.ledger.empty()) return {};
  const auto& row = plan.ledger.front();
  return row.weights + row.kv + row.recurrent;
}

}  // namespace

bool Judge::Alarm::begins(bool holds, int need) {
  held_ = holds ? held_ + 1 : 0;
  if (!holds) on_ = false;
  if (held_ < need) return false;
  return !std::exchange(on_, true);
}

Judge::Judge(const plan::RunPlan& plan, Reading baseline)
    : device_reserve_(reserve_of(plan, false)),
      host_reserve_(reserve_of(plan, true)),
      on_device_(planned_on_device(plan)),
      may_stumble_(!plan.on_gpu && plan.threads > 1 && !plan.ledger.empty() &&
                   plan.ledger.front().weights < small_model),
      predicted_(plan.full_decode),
      baseline_(std::move(baseline)),
      last_(baseline_) {}

std::vector<Finding> Judge::take(const Reading& now, const Work& work) {
  std::vector<Finding> found;
  const auto keep = [&](std::optional<Finding> finding) {
    if (finding) found.push_back(*std::move(finding));
  };
  keep(spilled(now, work));
  keep(pressed(now));
  keep(hung(now, work));
  auto room = now.host_available - host_reserve_;
  if (now.device) room = now.device->free - device_reserve_;
  if (room_.size() == remembered_seconds) room_.erase(room_.begin());
  room_.push_back(room);
  last_ = now;
  return found;
}

// What of the host's memory is wrong; a smaller plan for a GPU with memory of its own mends none of
// it, so that the user is only told.
std::string Judge::spilled_on_host(const Reading& now, const Work& work) const {
  const auto swapped = now.swapped - baseline_.swapped;
  const auto faults = now.major_faults - std::min(last_.major_faults, now.major_faults);
  if (swapped > harmless_swap)
    return std::format("{} of the engine were moved to swap", to_string(swapped));
  const bool short_of_memory = now.host_available < host_reserve_ + host_reserve_;
  if (faults > faults_of_a_spill && !work.idle && short_of_memory)
    return std::format("weights are read from disk again, {} times in a second", faults);
  return {};
}

std::string Judge::spilled_on_device(const DeviceReading& device) const {
  const auto before = baseline_.device ? baseline_.device->own_shared : Bytes{};
  const auto shared = device.own_shared - before;
  const auto slack = std::max(64_MiB, Bytes{on_device_.value / 50});
  if (device.own_evicted > harmless_swap)
    return std::format("{} were pushed out of the GPU's memory", to_string(device.own_evicted));
  if (shared > harmless_shared)
    return std::format("{} of what belongs on the GPU are in RAM", to_string(shared));
  if (device.own && *device.own + slack < on_device_)
    return std::format("{} of the planned {} are on the GPU", to_string(*device.own),
                       to_string(on_device_));
  return {};
}

std::optional<Finding> Judge::spilled(const Reading& now, const Work& work) {
  auto cause = now.device ? spilled_on_device(*now.device) : std::string();
  auto reaction = Reaction::shrink;
  if (cause.empty()) {
    cause = spilled_on_host(now, work);
    if (now.device) reaction = Reaction::none;
  }
  if (!spill_.begins(!cause.empty(), 1)) return {};
  return finding(EventKind::spill, reaction, std::move(cause));
}

// The reserve is for others; half of it gone is a warning, three quarters are an alarm at once.
std::optional<Finding> Judge::pressed(const Reading& now) {
  const auto below = [](Bytes free, Bytes reserve, Alarm& alarm) {
    const bool holds = free.value < reserve.value / 2;
    return alarm.begins(holds, free.value < reserve.value / 4 ? 1 : 2);
  };
  if (now.device && below(now.device->free, device_reserve_, device_floor_)) {
    return finding(EventKind::pressure, Reaction::shrink,
                   std::format("only {} of the GPU's memory are free; {} were reserved for others",
                               to_string(now.device->free), to_string(device_reserve_)));
  }
  if (below(now.host_available, host_reserve_, host_floor_)) {
    return finding(EventKind::pressure, now.device ? Reaction::none : Reaction::shrink,
                   std::format("only {} of RAM are available; {} were reserved for others",
                               to_string(now.host_available), to_string(host_reserve_)));
  }
  if (stall_.begins(now.memory_stall > stalled_percent, 2)) {
    return finding(EventKind::pressure, Reaction::none,
                   std::format("processes waited for memory {:.0f}% of the last ten seconds",
                               now.memory_stall));
  }
  return {};
}

std::optional<Finding> Judge::hung(const Reading& now, const Work& work) {
  const auto ticks = now.cpu_ticks - std::min(last_.cpu_ticks, now.cpu_ticks);
  // Others may keep it from a processor: then silence says nothing.
  const auto waited = now.waited_ms - std::min(last_.waited_ms, now.waited_ms);
  const bool quiet = !work.idle && work.silence >= work.normal_silence &&
                     ticks <= ticks_of_an_idle_second && waited <= waits_of_an_idle_second;
  if (!hang_.begins(quiet, quiet_readings)) return {};
  const auto seconds = std::chrono::duration<double>(work.silence).count();
  return finding(EventKind::hung, Reaction::restart,
                 std::format("the engine hung: it said nothing for {:.0f} s and computed nothing{}",
                             seconds, now.state == 'T' ? "; it was stopped by a signal" : ""));
}

std::optional<Finding> Judge::take_speed(const chat::Usage& reply, double cpu_stall) {
  if (reply.completion.value < telling_tokens || reply.decode_ms <= 0) return {};
  const double speed = static_cast<double>(reply.completion.value) * 1000 / reply.decode_ms;
  const bool known = speeds_ >= 3;
  const bool slow = speed < slow_share * (known ? usual_speed_ : predicted_.low);
  slow_ = slow ? slow_ + 1 : 0;
  if ((!slow && reply.drafted.value == 0) || slow_ >= new_normal) {
    usual_speed_ = speeds_ == 0 || slow_ >= new_normal
                       ? speed
                       : usual_speed_ + learning * (speed - usual_speed_);
    ++speeds_;
  }
  if (slow_ != slow_replies) return {};
  return finding(
      EventKind::degraded, may_stumble_ && cpu_stall > 20 ? Reaction::one_thread : Reaction::none,
      std::format("{:.1f} tokens/s, {} {:.1f}{}", speed, known ? "usual are" : "predicted were",
                  known ? usual_speed_ : predicted_.median,
                  cpu_stall > 20 ? std::format("; other processes keep the processor busy ({:.0f}% "
                                               "of the time something waits for it)",
                                               cpu_stall)
                                 : ""));
}

bool Judge::in_doubt() const { return device_floor_.waits() || host_floor_.waits(); }

int Judge::seconds_with_room(Bytes more) const {
  int seconds = 0;
  for (auto room = room_.rbegin(); room != room_.rend() && *room > more; ++room) ++seconds;
  return seconds;
}

}  // namespace plim::engine
