#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "tools/tool.hpp"
#include "workspace/workspace.hpp"

namespace plim::tools {

/// Refuses bytes that no longer parse where the old ones did, showing the place; a
/// workspace::Workspace::Check. Files without a grammar here, or with faults before, pass.
/// Errors: invalid.
[[nodiscard]] Result<void> still_parses(const std::string& path, std::string_view before,
                                        const workspace::Edited& edited);

/// What the model sees of its edit: the new lines with a little around them.
[[nodiscard]] Outcome shown_edit(Result<workspace::Change> change, const Scope& scope);

}  // namespace plim::tools
