#include "sys/interrupt.hpp"

#include <thread>

#include <signal.h>
#include <unistd.h>

namespace plim::sys {
namespace {

sigset_t stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&set, signal);
  return set;
}

// Ends the waiting thread; a real-time signal is queued for it alone.
int wake_signal() { return SIGRTMIN; }

}  // namespace

struct Interrupt::State {
  std::stop_source source;
  sigset_t before{};
  std::thread waiter;

  void wait_for_signals() {
    sigset_t set = stop_signals();
    sigaddset(&set, wake_signal());
    for (int signal = 0; sigwait(&set, &signal) == 0;) {
      if (signal == wake_signal()) return;
      if (source.stop_requested() && signal == SIGINT) ::_exit(130);
      source.request_stop();
    }
  }
};

Interrupt::Interrupt() : state_(std::make_unique<State>()) {
  ::signal(SIGPIPE, SIG_IGN);
  sigset_t set = stop_signals();
  sigaddset(&set, wake_signal());
  pthread_sigmask(SIG_BLOCK, &set, &state_->before);
  state_->waiter = std::thread([state = state_.get()] { state->wait_for_signals(); });
}

Interrupt::~Interrupt() {
  pthread_kill(state_->waiter.native_handle(), wake_signal());
  state_->waiter.join();
  pthread_sigmask(SIG_SETMASK, &state_->before, nullptr);
}

std::stop_token Interrupt::token() const { return state_->source.get_token(); }

}  // namespace plim::sys
