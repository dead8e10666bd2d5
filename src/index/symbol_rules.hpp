// Which nodes of a grammar define something, and where their names are.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "index/language.hpp"
#include "index/symbols.hpp"

namespace plim::index {

enum class NameIn : std::uint8_t {
  name_field,
  type_field,        ///< Rust's impl.
  declarator_field,  ///< C and C++: down the declarators to the identifier.
  left_field,        ///< The target of an assignment.
  itself,            ///< Enumerator-like nodes that are their own name.
};

enum class Only : std::uint8_t {
  always,
  with_body,            ///< A declaration without one (`struct A;`, `struct A a;`) defines nothing.
  with_function_value,  ///< `f = () => …`: a function when the value is one, else a name.
  outside_functions,    ///< Locals are nobody's business.
};

struct SymbolRule {
  std::string_view node;
  SymbolKind kind;
  NameIn name = NameIn::name_field;
  Only only = Only::always;
};

[[nodiscard]] std::span<const SymbolRule> symbol_rules(Language language);

/// Whether functions of the language commonly hold further definitions worth finding.
[[nodiscard]] bool nests_functions(Language language);

}  // namespace plim::index
