#pragma once

#include <filesystem>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "sys/unique_fd.hpp"

namespace plim::sys {

/// Where bubblewrap may be: a fixed list and never $PATH, which a repository can bend.
/// Ubuntu's AppArmor rule is bound to /usr/bin/bwrap, so a copy of our own would not do.
[[nodiscard]] std::span<const std::filesystem::path> bwrap_places();

/// The first runnable bubblewrap. Errors: not_found, with the command that installs it.
[[nodiscard]] Result<std::filesystem::path> find_bwrap(
    std::span<const std::filesystem::path> places = bwrap_places());

/// Empty user, PID, network, IPC, UTS and cgroup namespaces, and no new ones inside.
[[nodiscard]] std::vector<std::string> all_bwrap_namespaces();

/// The namespace flags that work on this system, found by starting `/bin/true` with them; they go
/// before every other argument. All of them; where root inside a container may not mount a fresh
/// /proc, all but the user namespace.
/// About 10 ms; any thread. To go with them, always: `--cap-drop ALL`, and `--proc /proc
/// --remount-ro /proc`, because bubblewrap leaves /proc/sys (core_pattern!) writable to root.
/// Errors: denied, with bubblewrap's own words and the setting that forbids it, as far as one
/// is known (AppArmor's or Debian's switch for user namespaces, a container's seccomp profile).
[[nodiscard]] Result<std::vector<std::string>> bwrap_namespaces(const std::filesystem::path& bwrap,
                                                                std::stop_token stop = {});

/// A read-only descriptor that yields `text`, for `--args`, `--seccomp` and `--ro-bind-data`:
/// it goes into Command::keep_fds. Errors: capacity, io.
[[nodiscard]] Result<UniqueFd> text_fd(std::string_view text);

/// Arguments as `--args FD` reads them: each ends in a NUL, so no value can be taken for another.
/// Errors: as text_fd; invalid when one contains a NUL.
[[nodiscard]] Result<UniqueFd> bwrap_args_fd(const std::vector<std::string>& arguments);

}  // namespace plim::sys
