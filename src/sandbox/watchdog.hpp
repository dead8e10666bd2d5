#pragma once

#include <atomic>
#include <stop_token>
#include <thread>

#include <sys/types.h>

#include "base/units.hpp"

namespace plim::sandbox {

/// Kills a confined command whose processes together use too much. Per-process limits cannot hold
/// a tree, and an address-space limit breaks AddressSanitizer and the JVM, which reserve terabytes.
/// Looks every 10 ms on its own thread; what is used between two looks is the kernel's to bear
/// (it kills such a command first, see sys::Command::expendable).
class Watchdog {
 public:
  enum class Verdict { fine, too_much_memory, too_many_processes };

  /// `pidfd` names the same process as `root`, whose end ends the tree (bubblewrap's does); it
  /// must outlive this.
  Watchdog(pid_t root, int pidfd, Bytes memory, unsigned processes);

  /// What it killed the tree for, so far.
  [[nodiscard]] Verdict verdict() const { return verdict_; }

 private:
  void run(std::stop_token stop);

  pid_t root_;
  int pidfd_;
  Bytes memory_;
  unsigned processes_;
  std::atomic<Verdict> verdict_ = Verdict::fine;
  std::jthread loop_;
};

}  // namespace plim::sandbox
