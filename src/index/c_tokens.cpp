#include "index/c_tokens.hpp"

#include <algorithm>
#include <string>

namespace plim::index {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_' || c == '$' ||
         (static_cast<unsigned char>(c) & 0x80U) != 0;
}

}  // namespace

CToken CTokens::next() {
  skip_blanks();
  if (at_ >= text_.size()) return {};
  const auto start = at_;
  const char c = text_[at_];
  if (is_digit(c)) return number(start);
  if (is_word(c)) return word(start);
  if (c == '#' && fresh_line_) return directive(start);
  fresh_line_ = false;
  ++at_;
  if (c == '"' || c == '\'') {
    quoted(c);
    return {'"', start, text_.substr(start, at_ - start)};
  }
  if (text_.substr(start).starts_with("::")) {
    ++at_;
    return {'.', start, "::"};
  }
  return {c, start, text_.substr(start, 1)};
}

void CTokens::skip_blanks() {
  while (at_ < text_.size()) {
    const char c = text_[at_];
    if (c == '\n') {
      fresh_line_ = true;
      ++at_;
    } else if (c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\\') {
      ++at_;
    } else if (text_.substr(at_).starts_with("//")) {
      comment(text_.find('\n', at_));
    } else if (text_.substr(at_).starts_with("/*")) {
      const auto end = text_.find("*/", at_ + 2);
      comment(end == std::string_view::npos ? end : end + 2);
    } else {
      return;
    }
  }
}

void CTokens::comment(std::size_t end) {
  const auto start = at_;
  at_ = std::min(end, text_.size());
  comments_->push_back({start, at_});
}

CToken CTokens::number(std::size_t start) {  // 1'000'000 is one
  fresh_line_ = false;
  while (at_ < text_.size()) {
    const bool separates = text_[at_] == '\'' && at_ + 1 < text_.size() && is_word(text_[at_ + 1]);
    if (!is_word(text_[at_]) && text_[at_] != '.' && !separates) break;
    ++at_;
  }
  return {'0', start, text_.substr(start, at_ - start)};
}

CToken CTokens::word(std::size_t start) {
  fresh_line_ = false;
  while (at_ < text_.size() && is_word(text_[at_])) ++at_;
  const auto text = text_.substr(start, at_ - start);
  if (at_ < text_.size() && text_[at_] == '"' && text.size() <= 3 && text.ends_with('R')) {
    raw_string();
    return {'"', start, text};
  }
  return {'a', start, text};
}

void CTokens::raw_string() {
  constexpr std::size_t max_delimiter = 16;
  const auto delimiter = text_.substr(at_ + 1, max_delimiter + 1);
  const auto length = delimiter.find('(');
  if (length == std::string_view::npos) return;
  const auto close = ")" + std::string(delimiter.substr(0, length)) + "\"";
  const auto end = text_.find(close, at_ + 1 + length);
  at_ = end == std::string_view::npos ? text_.size() : end + close.size();
}

// A lone quote, as in a comment's language, ends with its line.
void CTokens::quoted(char quote) {
  while (at_ < text_.size() && text_[at_] != quote && text_[at_] != '\n') {
    at_ += text_[at_] == '\\' ? 2 : 1;
  }
  if (at_ < text_.size() && text_[at_] == quote) ++at_;
  at_ = std::min(at_, text_.size());
}

CToken CTokens::directive(std::size_t start) {
  while (true) {
    const auto newline = text_.find('\n', at_);
    at_ = std::min(newline, text_.size());
    if (newline == std::string_view::npos) break;
    const auto line = text_.substr(start, newline - start);
    if (!line.ends_with('\\') && !line.ends_with("\\\r")) break;
    ++at_;
  }
  return {'#', start, text_.substr(start, at_ - start)};
}

}  // namespace plim::index
