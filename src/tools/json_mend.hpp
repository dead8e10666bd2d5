#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace plim::tools {

/// One past the JSON object or array that starts at `at`, by its brackets and strings; nothing when
/// it does not end (it was cut off).
[[nodiscard]] std::optional<std::size_t> json_end(std::string_view text, std::size_t at);

/// JSON as small models get it wrong, made right where only one reading is possible: raw line
/// breaks and tabs in strings, backslashes before what needs none, commas before a closing bracket,
/// a code fence or prose around one object. Nothing when it still is no JSON, above all when it
/// was cut off: half an edit is never guessed.
[[nodiscard]] std::optional<std::string> mend_json(std::string_view text);

}  // namespace plim::tools
