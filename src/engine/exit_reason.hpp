#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "sys/process.hpp"

namespace plim::engine {

/// Why a llama-server ended, in the user's words, from its exit and its own complaints.
///
/// `complaints` are the log lines that tell of an error, oldest first. The answer's code is
/// capacity when memory ran out; protocol for a model or flag it cannot use; not_found for a
/// missing model or device; io else.
[[nodiscard]] Error explain_exit(const sys::ExitStatus& status,
                                 std::span<const std::string> complaints);

/// Whether a line of the engine's log tells of an error, in whichever way.
[[nodiscard]] bool is_complaint(std::string_view line);

/// Whether an error text tells that some memory ran out.
[[nodiscard]] bool tells_of_memory(std::string_view text);

/// A log line without its "0.00.203.019 E srv    load_model: ".
[[nodiscard]] std::string_view without_prefix(std::string_view line);

}  // namespace plim::engine
