#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "index/language.hpp"
#include "index/parse.hpp"

namespace plim::index {

enum class SymbolKind : std::uint8_t {
  function,  ///< With a body: function, method, closure that has a name.
  type,      ///< Class, struct, union, enum, interface, trait, impl.
  space,     ///< Namespace, module, package.
  name,      ///< Variable, constant, field, enumerator, macro, prototype.
};

/// One definition in a file.
struct Symbol {
  std::string name;  ///< As declared, without its container: `push_back`, not `Vector::push_back`.
  SymbolKind kind = SymbolKind::name;
  std::uint32_t first_line = 1;  ///< 1-based, of the definition itself…
  std::uint32_t last_line = 1;   ///< …inclusive.
  std::uint32_t start = 0;       ///< In bytes; reaches back over the comment and attributes above.
  std::uint32_t end = 0;

  friend bool operator==(const Symbol&, const Symbol&) = default;
};

/// How a file's symbols were found.
enum class SymbolSource : std::uint8_t {
  grammar,   ///< By its language's grammar.
  scanner,   ///< Line by line: there is no grammar for it, or it is no source of the product.
  fallback,  ///< Line by line, because the grammar took too long.
};

struct Symbols {
  std::vector<Symbol> list;  ///< By start; what encloses comes before what it encloses.
  SymbolSource source = SymbolSource::scanner;
};

/// Finds the definitions of a text. One parser may serve many texts, on one thread.
[[nodiscard]] Symbols find_symbols(Parser& parser, Language language, std::string_view text,
                                   std::chrono::milliseconds limit);

/// The same without a grammar: definitions by keyword, ended by indentation.
[[nodiscard]] std::vector<Symbol> scan_symbols(std::string_view text);

/// Moves the start of each symbol up over the comments, attributes and decorators above it.
void take_in_leading_comments(std::vector<Symbol>& symbols, std::string_view text);

}  // namespace plim::index
