#pragma once

#include <string>

#include "base/error.hpp"

namespace plim::sandbox {

/// The system-call filter of confined commands as a BPF program, the form `bwrap --seccomp` reads.
///
/// Allows by default; what reaches other processes, kernel interfaces with a long record of holes,
/// new namespaces and every socket family but UNIX, IPv4, IPv6 and routing netlink fails with
/// EPERM. `debuggers` allows ptrace and its kin. Another architecture's calls kill the process.
/// Source: bubblewrap and Flatpak's lists, Docker's default profile.
/// Errors: internal.
[[nodiscard]] Result<std::string> make_filter(bool debuggers);

}  // namespace plim::sandbox
