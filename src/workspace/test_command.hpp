#pragma once

#include <optional>
#include <string>

#include "sys/directory.hpp"

namespace plim::workspace {

struct TestCommand {
  std::string command;  ///< For a shell in the project's root. Run it sandboxed only.
  std::string why;      ///< What it was inferred from, e.g. "Makefile has a test target".

  friend bool operator==(const TestCommand&, const TestCommand&) = default;
};

/// How this project most likely runs its tests; reads a few files, runs nothing. A suggestion:
/// the project's own files decide what it does.
[[nodiscard]] std::optional<TestCommand> detect_test_command(const sys::Directory& root);

}  // namespace plim::workspace
