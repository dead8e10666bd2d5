#pragma once

#include <string>
#include <vector>

#include "chat/message.hpp"

namespace plim::tools {

/// What in a tool's words would not work with an engine's grammar or a model's template, one
/// sentence each; empty when all is well. Asked before a tool is first used: llama-server makes a
/// grammar of the schema, and what it cannot read ends every request with an error (or the server
/// itself), is left out without a word, or lets other things pass.
/// Source: llama.cpp common/json-schema-to-grammar.cpp and its issues #27619, #19051; what version
/// 0.7 does with each is in tests/tool_schemas.jsonl, tried by tests/end_to_end/real_requests.py.
[[nodiscard]] std::vector<std::string> lint(const chat::ToolSpec& tool);

}  // namespace plim::tools
