#pragma once

#include <mutex>

#include "sys/unique_fd.hpp"

namespace plim::sys {

/// Breaks what another thread waits for on a socket: connect, read or write. Any thread.
///
/// Holds its own copy of the descriptor, so that cutting is safe after the owner closed theirs.
class SocketCutter {
 public:
  /// From now on cut() means this socket; an earlier one is forgotten.
  void watch(int fd);
  /// Ends both directions at once. Without effect before the socket started to connect: a caller
  /// that must win that race repeats it.
  void cut();

 private:
  std::mutex mutex_;
  UniqueFd copy_;
};

}  // namespace plim::sys
