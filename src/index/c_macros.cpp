#include "index/c_macros.hpp"

#include <algorithm>
#include <array>

namespace plim::index {
namespace {

using std::literals::operator""sv;

template <std::size_t size>
bool is_of(const std::array<std::string_view, size>& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

bool names_scope(std::string_view word) {
  static constexpr std::array words{"class"sv, "enum"sv, "namespace"sv, "struct"sv, "union"sv};
  return is_of(words, word);
}

// What no plain word may stand before.
bool begins_declaration(std::string_view word) {
  static constexpr std::array words{
      "auto"sv,      "bool"sv,   "char"sv,    "constexpr"sv, "double"sv, "explicit"sv, "extern"sv,
      "float"sv,     "friend"sv, "inline"sv,  "int"sv,       "long"sv,   "mutable"sv,  "private"sv,
      "protected"sv, "public"sv, "short"sv,   "signed"sv,    "static"sv, "template"sv, "typedef"sv,
      "unsigned"sv,  "using"sv,  "virtual"sv, "void"sv};
  return names_scope(word) || is_of(words, word);
}

bool is_other_keyword(std::string_view word) {
  static constexpr std::array words{
      "case"sv,   "catch"sv,    "concept"sv,  "const"sv,    "decltype"sv, "default"sv, "delete"sv,
      "do"sv,     "else"sv,     "export"sv,   "final"sv,    "for"sv,      "goto"sv,    "if"sv,
      "new"sv,    "noexcept"sv, "operator"sv, "override"sv, "requires"sv, "return"sv,  "sizeof"sv,
      "switch"sv, "throw"sv,    "try"sv,      "typename"sv, "volatile"sv, "while"sv};
  return is_of(words, word);
}

bool is_capital(std::string_view word) {
  return word.size() > 2 && std::ranges::none_of(word, [](char c) {
           return (c >= 'a' && c <= 'z') || (static_cast<unsigned char>(c) & 0x80U) != 0;
         });
}

}  // namespace

void MacroWords::begin() {
  run_.clear();
  may_run_ = is_first_ = true;
  names_scope_ = is_qualifier_ = has_arguments_ = false;
  angles_ = 0;
}

bool MacroWords::word(const CToken& token) {
  if (angles_ > 0) return false;
  if (has_arguments_) {
    take_all_but(1);
    end_run();
  }
  const bool begins = begins_declaration(token.text);
  if (!begins && !is_other_keyword(token.text)) {
    if (is_qualifier_) return qualified(token), false;
    if (run_.empty() && !may_run_) return false;
    run_.push_back({{token.start, token.start + token.text.size()}, token.text});
    return false;
  }
  const bool is_all = begins && is_first_ && !run_.empty();
  if (begins) take_all_but(0);
  if (token.text == "final" && names_scope_) take_all_but(1);
  run_.clear();
  may_run_ = true;
  is_first_ = is_qualifier_ = false;
  names_scope_ = names_scope(token.text);
  return is_all;
}

// `INLINE url::url()`: a constructor has no type.
void MacroWords::qualified(const CToken& token) {
  if (!run_.empty() && run_.back().text == token.text) take_all_but(1);
  end_run();
}

void MacroWords::parentheses(std::size_t end) {
  if (angles_ > 0) return;
  if (is_first_ && !has_arguments_ && !run_.empty() && is_capital(run_.back().text)) {
    run_.back().place.end = end;
    run_.back().is_called = true;
    return;
  }
  other('(');
}

void MacroWords::other(char kind) {
  if (kind == '<' && (angles_ > 0 || !run_.empty())) {
    ++angles_;
    return;
  }
  if (angles_ > 0) {
    if (kind == '>') has_arguments_ = --angles_ == 0;
    return;
  }
  const bool is_qualifier = kind == '.' && !run_.empty();
  if (is_qualifier_ && kind == '~') take_all_but(1);
  if (names_scope_ && (kind == '{' || kind == ':')) take_all_but(1);
  if (kind == '*' || kind == '&') take_all_but(1);
  const bool is_call = kind == ';' && is_first_ && run_.size() == 1 && run_.back().is_called;
  take_all_but(is_call ? 0 : 2);
  if (!is_qualifier || has_arguments_) return end_run();
  is_qualifier_ = true;
}

void MacroWords::take_all_but(std::size_t kept) {
  if (run_.size() <= kept) return;
  const auto last = run_.end() - static_cast<std::ptrdiff_t>(kept);
  for (auto each = run_.begin(); each != last; ++each) found_.push_back(each->place);
  run_.erase(run_.begin(), last);
}

void MacroWords::end_run() {
  run_.clear();
  may_run_ = is_first_ = names_scope_ = is_qualifier_ = has_arguments_ = false;
}

}  // namespace plim::index
