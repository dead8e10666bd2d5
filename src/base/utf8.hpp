#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace plim {

/// Whether `text` is well-formed UTF-8 (no overlong forms, no surrogates, up to U+10FFFF).
[[nodiscard]] bool is_utf8(std::string_view text);

/// `text` with each ill-formed byte replaced by U+FFFD.
[[nodiscard]] std::string to_utf8(std::string_view text);

/// The longest prefix of at most `limit` bytes that does not split a code point.
[[nodiscard]] std::string_view utf8_prefix(std::string_view text, std::size_t limit);

/// The longest suffix of at most `limit` bytes that does not split a code point.
[[nodiscard]] std::string_view utf8_suffix(std::string_view text, std::size_t limit);

/// `text` safe to print on a terminal: control characters but \n and \t, escape sequences'
/// introducers, C1 controls and bidirectional overrides become visible as \xNN or \u{NNNN}.
/// Source: Trojan Source (CVE-2021-42574) for the bidirectional set.
[[nodiscard]] std::string terminal_safe(std::string_view text);

/// `text` without its terminal escape sequences (colours, titles, links, cursor moves).
/// Source: ECMA-48.
[[nodiscard]] std::string without_escapes(std::string_view text);

}  // namespace plim
