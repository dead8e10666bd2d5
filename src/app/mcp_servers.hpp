#pragma once

#include <vector>

#include "app/commands.hpp"
#include "mcp/client.hpp"

namespace plim::app {

/// The servers of the user's own mcp.json, beside the configuration file, in the form that other
/// agents use: {"mcpServers": {"NAME": {"command": "…", "args": […], "env": {…}}}}, or {"url": "…",
/// "headers": {…}}; ${NAME} in values is the environment's. None without the file; a project's
/// files are never asked.
/// Errors: invalid, naming what is wrong with the file; not_found for a program that is not there.
[[nodiscard]] Result<std::vector<mcp::ServerConfig>> mcp_servers(const Context& context);

}  // namespace plim::app
