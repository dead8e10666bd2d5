#pragma once

#include <string_view>

namespace plim::index {

/// What a file is written in, as far as it changes how we read it.
enum class Language {
  bash,
  c,
  cpp,
  go,
  java,
  javascript,
  lua,
  php,
  python,
  ruby,
  rust,
  tsx,
  typescript,
  other_code,  ///< Source code without a grammar: the generic scanner reads it.
  prose,       ///< Documentation: Markdown, reStructuredText, plain text.
  data,        ///< Configuration, markup, tables.
};

/// By name and extension; by the interpreter of a `#!` line where there is no extension.
[[nodiscard]] Language language_of(std::string_view path, std::string_view head = {});

/// "cpp", "python", …; "code", "prose" and "data" for the last three.
[[nodiscard]] std::string_view name_of(Language language);

/// Whether it is source code: what a fix usually changes.
[[nodiscard]] bool is_code(Language language);

}  // namespace plim::index
