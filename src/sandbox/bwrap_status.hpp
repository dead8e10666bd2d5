#pragma once

#include <string>

#include "base/error.hpp"
#include "sys/unique_fd.hpp"

namespace plim::sandbox {

/// What bubblewrap reports of a command over `--json-status-fd`: the first process of its PID
/// namespace, and an exit code if and only if the command was reached.
///
/// bubblewrap ends when the command does, a moment before the kernel has ended what the command
/// left behind; only the end of that first process says that nothing is alive.
class BwrapStatus {
 public:
  /// Errors: capacity, io.
  [[nodiscard]] static Result<BwrapStatus> open();

  /// The writing end, for Command::keep_fds.
  [[nodiscard]] int fd() const { return write_.get(); }
  /// To be called once bubblewrap is spawned: waits, a few ms, for the namespace.
  void started();
  /// To be called once bubblewrap has ended or was killed: ends what is left in the namespace and
  /// waits until it is empty.
  void wait_until_empty();
  [[nodiscard]] bool command_was_reached() const { return text_.contains("\"exit-code\""); }

 private:
  BwrapStatus(sys::UniqueFd read, sys::UniqueFd write);
  bool read_more();

  sys::UniqueFd read_;
  sys::UniqueFd write_;
  sys::UniqueFd first_process_;
  std::string text_;
};

}  // namespace plim::sandbox
