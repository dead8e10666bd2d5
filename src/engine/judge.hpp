#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "chat/message.hpp"
#include "engine/event.hpp"
#include "engine/gauge.hpp"
#include "plan/plan.hpp"

namespace plim::engine {

/// What should follow an event.
enum class Reaction {
  none,        ///< The user is told.
  shrink,      ///< Down to a plan that needs less memory.
  restart,     ///< End it and start it again as it was.
  one_thread,  ///< Start it again with one thread: several wait for one another and for a core.
};

struct Finding {
  EngineEvent event;
  Reaction reaction = Reaction::none;

  friend bool operator==(const Finding&, const Finding&) = default;
};

/// What the engine is doing while it is looked at.
struct Work {
  std::chrono::milliseconds silence{0};  ///< Since the last byte of a reply; 0 when idle.
  /// Longest pause between two bytes that is still normal for it, from what was measured.
  std::chrono::milliseconds normal_silence{std::chrono::seconds(5)};
  bool idle = true;
};

/// Tells from readings, one a second, what is wrong with an engine. Pure: time is what it is told.
///
/// Each event comes once, when it begins; again only after it was over.
class Judge {
 public:
  /// `baseline` is the first reading of a ready engine.
  Judge(const plan::RunPlan& plan, Reading baseline);

  [[nodiscard]] std::vector<Finding> take(const Reading& now, const Work& work);

  /// A finished reply's speed; short replies say too little and are passed over. One with guessed
  /// tokens is faster than usual, or it should be: it is held against the others, not among them.
  [[nodiscard]] std::optional<Finding> take_speed(const chat::Usage& reply, double cpu_stall);

  /// Whether memory runs short and one more reading decides: not one to wait a second for.
  [[nodiscard]] bool in_doubt() const;

  /// For how many readings in a row `more` bytes would have fitted beside all reserves.
  [[nodiscard]] int seconds_with_room(Bytes more) const;

 private:
  /// Whether a condition that held in `need` readings in a row has just begun to count.
  class Alarm {
   public:
    bool begins(bool holds, int need);
    [[nodiscard]] bool waits() const { return held_ > 0 && !on_; }

   private:
    int held_ = 0;
    bool on_ = false;
  };

  [[nodiscard]] std::optional<Finding> spilled(const Reading& now, const Work& work);
  [[nodiscard]] std::string spilled_on_host(const Reading& now, const Work& work) const;
  [[nodiscard]] std::string spilled_on_device(const DeviceReading& device) const;
  [[nodiscard]] std::optional<Finding> pressed(const Reading& now);
  [[nodiscard]] std::optional<Finding> hung(const Reading& now, const Work& work);

  Bytes device_reserve_;
  Bytes host_reserve_;
  Bytes on_device_;           // planned
  bool may_stumble_ = false;  // a small model on several threads
  plan::Rate predicted_;      // with the context full
  Reading baseline_;
  Reading last_;
  std::vector<Bytes> room_;  // left beside the reserves, newest last
  Alarm spill_, device_floor_, host_floor_, stall_, hang_;
  double usual_speed_ = 0;  // tokens/s
  int speeds_ = 0;
  int slow_ = 0;
};

}  // namespace plim::engine
