#pragma once

#include <string_view>

namespace plim::tools {

/// Whether a schema's "pattern" is one that an engine's grammar keeps as it is meant: anchored at
/// both ends, of plain characters, classes, groups, alternatives and counts. Others are ignored,
/// let text out of its quotes, end each request with an error or, in llama-server 0.7, take all
/// memory. Source: llama.cpp common/json-schema-to-grammar.cpp, and what it does:
/// tests/tool_schemas.jsonl.
[[nodiscard]] bool is_kept_pattern(std::string_view pattern);

}  // namespace plim::tools
