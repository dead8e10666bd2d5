// The tokens of C and C++, for what reads their text without a grammar.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace plim::index {

/// Bytes of a text, from start to before end.
struct Span {
  std::size_t start = 0;
  std::size_t end = 0;
};

/// A token: its kind is 'a' for a word, '0' for a number, '"' for a string or a character, '#' for
/// a whole directive, '.' for `::`, '\0' at the end, else the punctuation itself.
struct CToken {
  char kind = '\0';
  std::size_t start = 0;
  std::string_view text;
};

/// Reads one token after another, of text that need not compile. A copy goes on from where it is.
/// Source of what a token is: ISO/IEC 14882:2023, [lex.pptoken].
class CTokens {
 public:
  /// Appends where comments are to `comments`, in order. Both must outlive it.
  CTokens(std::string_view text, std::vector<Span>& comments) : text_(text), comments_(&comments) {}

  CToken next();

  /// Where the next one is looked for.
  [[nodiscard]] std::size_t place() const { return at_; }

 private:
  void skip_blanks();
  void comment(std::size_t end);
  CToken number(std::size_t start);
  CToken word(std::size_t start);
  void raw_string();
  void quoted(char quote);
  CToken directive(std::size_t start);

  std::string_view text_;
  std::vector<Span>* comments_;
  std::size_t at_ = 0;
  bool fresh_line_ = true;  // nothing but blanks so far
};

}  // namespace plim::index
