#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "session/session.hpp"
#include "sys/append_file.hpp"

namespace plim::session {

// The format of a session file: one line of JSON each, the first `{"plimsoll_session":1,…}` (the
// Meta), every further one a chat::Event. The lock is a file of its own beside it.

/// Longest line written; a longer event becomes a Notice.
constexpr std::size_t max_line_bytes = 20U << 20U;

[[nodiscard]] std::string file_name(std::string_view id);  ///< "<id>.jsonl"
[[nodiscard]] std::string lock_name(std::string_view id);  ///< "<id>.lock"

/// Errors: invalid for anything but 1 to 64 of [0-9a-z-], not beginning with '-': ids become file
/// names and stand on command lines.
Result<void> check_id(std::string_view id);

/// With its newline.
[[nodiscard]] std::string meta_line(const Meta& meta);
/// Errors: protocol for a first line that is damaged.
[[nodiscard]] Result<Meta> parse_meta(std::string_view line, const std::string& id);
[[nodiscard]] Result<Meta> read_meta(const sys::AppendFile& file, const std::string& id);

/// Cuts off a last line without its newline: it would swallow the next one appended.
Result<void> cut_torn_line(sys::AppendFile& file);

}  // namespace plim::session
