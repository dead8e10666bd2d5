#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "index/language.hpp"

namespace plim::index {

/// A place where a grammar could not follow the text.
struct SyntaxFault {
  std::size_t line = 1;    ///< 1-based.
  std::size_t column = 1;  ///< 1-based, in bytes.
  std::string what;        ///< `missing ")"` or `unexpected "} else"`.

  friend bool operator==(const SyntaxFault&, const SyntaxFault&) = default;
};

/// How well a text follows its language's grammar.
struct Syntax {
  /// Grammars do not know macros, nor every dialect: real C and C++ that compiles may have some.
  /// So compare with what the text had before an edit; a sound edit adds none.
  std::size_t faults = 0;
  std::optional<SyntaxFault> first;

  friend bool operator==(const Syntax&, const Syntax&) = default;
};

/// Parses `text`. Nothing when there is no grammar for the language in this build, or when parsing
/// takes longer than `limit`: then nothing is known, which is no fault. Any thread.
[[nodiscard]] std::optional<Syntax> check_syntax(
    Language language, std::string_view text,
    std::chrono::milliseconds limit = std::chrono::milliseconds(200));

/// Whether this build can parse it.
[[nodiscard]] bool has_grammar(Language language);

}  // namespace plim::index
