#pragma once

#include <memory>
#include <stop_token>

namespace plim::sys {

/// Turns SIGINT, SIGTERM and SIGHUP into a stop request, for as long as it lives.
///
/// Make it in main before any other thread starts: the signals are blocked in this thread and
/// all that it starts, and one thread here waits for them. The second SIGINT ends the process at
/// once with status 130 (children die with it), for the case that a clean stop hangs. SIGPIPE is
/// ignored, so that a closed pipe is an error of write(2).
class Interrupt {
 public:
  Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;
  ~Interrupt();

  [[nodiscard]] std::stop_token token() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace plim::sys
