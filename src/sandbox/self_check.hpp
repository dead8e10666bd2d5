#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "sys/unique_fd.hpp"

namespace plim::sandbox {

/// A command that tries to get out of the sandbox, and what its output must not say. A policy is
/// only as good as its proof: bubblewrap's protection is whatever its arguments make of it.
class SelfCheck {
 public:
  /// Listens on a loopback port that the command tries to reach; lives until it is judged.
  SelfCheck();

  [[nodiscard]] std::string script() const;
  /// Errors: denied, naming each wall that did not hold.
  [[nodiscard]] Result<void> judge(std::string_view output) const;

 private:
  sys::UniqueFd listener_;
  int port_ = 0;
};

}  // namespace plim::sandbox
