#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "app/commands.hpp"
#include "engine/engine.hpp"
#include "tools/tool.hpp"

namespace plim::app {

/// An engine that answers, and what the model's own profile says of it.
struct WiredEngine {
  std::unique_ptr<engine::Engine> engine;
  tools::EditFormat edit_format = tools::EditFormat::replace;
  std::optional<double> temperature;  ///< The profile's recommendation.
};

/// Says something to the user while parts come up (plan, load, what was measured).
using Say = std::function<void(const std::string&)>;

/// Connects to the configured endpoint or, without one, plans and starts a llama-server.
/// Errors: whatever the step says, with what mends it.
[[nodiscard]] Result<WiredEngine> wire_engine(const Context& context, const Say& say);

}  // namespace plim::app
