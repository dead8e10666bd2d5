#pragma once

#include <string>
#include <vector>

#include "app/commands.hpp"
#include "hw/hw.hpp"
#include "plan/plan.hpp"

namespace plim::app {

/// The machine a user described, idle. Errors: as hw::find_known_gpu; invalid for sizes that are
/// none.
[[nodiscard]] Result<hw::Hardware> imagine(const ImaginedMachine& machine);

/// This machine, as the engine sees it; without an engine, a note says so.
[[nodiscard]] Result<hw::Hardware> look_at_machine(const Context& context);

/// What of the user's environment reaches the engine.
[[nodiscard]] std::vector<std::string> engine_environment(const Environment& environment);

}  // namespace plim::app
