// Which words of a C or C++ declaration can only be macros: `API`, `INLINE`, `BEGIN_NAMESPACE`. A
// grammar takes them for types, loses its way, and with it what stands there.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "index/c_tokens.hpp"

namespace plim::index {

/// Follows the words of one declaration after another, outside of parentheses and bodies. Two plain
/// words may stand together there, a type and a name; a third, or one before a keyword that begins
/// a declaration, is no part of the language.
class MacroWords {
 public:
  /// A declaration begins.
  void begin();

  /// True when all of the declaration so far was macros.
  bool word(const CToken& token);

  /// Parentheses follow the last token and end before `end`.
  void parentheses(std::size_t end);

  /// Any other token.
  void other(char kind);

  [[nodiscard]] const std::vector<Span>& found() const { return found_; }

 private:
  struct Word {
    Span place;
    std::string_view text;
    bool is_called = false;  // its place ends with its arguments
  };

  void take_all_but(std::size_t kept);
  void end_run();
  void qualified(const CToken& token);

  std::vector<Span> found_;
  std::vector<Word> run_;       // plain words, one after another
  bool may_run_ = true;         // the last token was a keyword, or there is none
  bool is_first_ = true;        // the run began with the declaration
  bool names_scope_ = false;    // the keyword before the run is struct, class, …
  bool is_qualifier_ = false;   // the run was followed by ::
  bool has_arguments_ = false;  // …by <arguments>
  int angles_ = 0;              // that are open behind the run
};

}  // namespace plim::index
