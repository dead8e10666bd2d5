#pragma once

#include <string>
#include <vector>

#include "chat/message.hpp"

namespace plim::tools {

/// What in a tool's words would break an engine's grammar or a model's template, one sentence each;
/// empty when all is well. To be asked before a tool is first used, above all one of somebody
/// else's: llama-server makes a grammar of the schema, and a part it cannot read ends every
/// request with an error, or leaves the calls unchecked without a word.
/// Source: llama.cpp common/json-schema-to-grammar.cpp; issues #27619, #19051 there.
[[nodiscard]] std::vector<std::string> lint(const chat::ToolSpec& tool);

}  // namespace plim::tools
