#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/units.hpp"
#include "sandbox/protect.hpp"
#include "sandbox/sandbox.hpp"

namespace plim::sandbox {

/// Where $HOME lies for a confined command.
inline constexpr auto home_inside = "/tmp/home";

/// The part of the view that is the same for every command: the system's programs and libraries
/// read-only, the few files of /etc that programs need, a fresh /proc and /dev. Reads the host's
/// layout. Nothing of /home, /root, /run, /var or /sys is in it.
[[nodiscard]] std::vector<std::string> system_view();

/// The part that follows: empty folders in memory (each at most `scratch`), then what `policy`
/// shows, then what `protection` closes. Pure; goes after system_view().
[[nodiscard]] std::vector<std::string> project_view(const Policy& policy,
                                                    const Protection& protection, Bytes scratch);

/// The whole environment of a command, sorted by name.
[[nodiscard]] std::vector<std::string> environment(const Policy& policy, std::string_view home);

}  // namespace plim::sandbox
