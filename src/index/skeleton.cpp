#include "index/skeleton.hpp"

#include <algorithm>
#include <array>

#include "index/c_macros.hpp"
#include "index/c_tokens.hpp"

namespace plim::index {
namespace {

enum class Branch : std::uint8_t { none, opens, turns, closes };

Branch branch_of(std::string_view directive) {
  directive.remove_prefix(std::min(directive.find_first_not_of("# \t"), directive.size()));
  if (directive.starts_with("if")) return Branch::opens;
  if (directive.starts_with("el")) return Branch::turns;
  if (directive.starts_with("endif")) return Branch::closes;
  return Branch::none;
}

/// Finds the bracket that closes one just read. Every branch of an `#if` inside starts as deep as
/// the first; nothing when they do not all leave it open, or when it began inside a branch that
/// ends before it does.
class Closing {
 public:
  /// Place of the closing bracket.
  static std::size_t find(CTokens& tokens, char open, char close) {
    Closing state;
    while (true) {
      const auto token = tokens.next();
      if (token.kind == '\0') return std::string_view::npos;
      if (token.kind == '#' && !state.turn(branch_of(token.text))) return std::string_view::npos;
      if (token.kind == open) ++state.depth_;
      if (token.kind != close || --state.depth_ > 0) continue;
      return state.branches_.empty() ? token.start : std::string_view::npos;
    }
  }

 private:
  bool turn(Branch branch) {
    if (branch == Branch::opens) branches_.push_back(depth_);
    if (branch != Branch::turns && branch != Branch::closes) return true;
    if (branches_.empty()) return false;
    if (branch == Branch::turns) depth_ = branches_.back();
    if (branch == Branch::closes) branches_.pop_back();
    return true;
  }

  int depth_ = 1;
  std::vector<int> branches_;  // depth at each `#if` around
};

struct Filling {
  Span place;
  bool is_body = false;
};

/// Reads declarations, and says where what defines nothing is: comments, the bodies of functions,
/// the values of tables, and macros that stand before a declaration.
class Fillings {
 public:
  explicit Fillings(std::string_view text) : tokens_(text, comments_), patience_(2 * text.size()) {}

  /// By place; one may lie inside another.
  std::vector<Filling> find() && {
    while (patience_ > 0) {
      const auto token = tokens_.next();
      if (token.kind == '\0') break;
      read(token);
    }
    for (const auto comment : comments_) found_.push_back({comment});
    for (const auto macro : macros_.found()) found_.push_back({macro});
    std::ranges::sort(found_, {}, [](const Filling& each) { return each.place.start; });
    return std::move(found_);
  }

 private:
  // What has been read since the last declaration ended.
  struct Declaration {
    int words = 0;                 // since the last keyword of a scope, or since the beginning
    int words_before = 0;          // …the last parameters
    bool has_scope = false;        // struct, class, …: the brace may be theirs
    bool has_scope_after = false;  // …and stand behind the last parameters
    bool has_parameters = false;
    bool initialises = false;     // a constructor's members, after its parameters
    bool returns = false;         // -> after its parameters
    bool is_requirement = false;  // the last parameters are those of a requires-expression
    char last = ';';
    std::string_view last_word;
  };

  // Where reading was, to go back to.
  struct Mark {
    CTokens tokens;
    std::size_t comments;
  };

  void read(const CToken& token) {
    if (token.kind == '#') return;
    if (token.kind != 'a' && token.kind != '(') macros_.other(token.kind);
    switch (token.kind) {
      case 'a':
        word(token);
        break;
      case '(':
        return parameters();
      case '{':
        return brace(token.start);
      case ';':
      case '}':
        return begin();
      case ':':
        now_.initialises = now_.initialises || now_.has_parameters;
        break;
      case '>':
        now_.returns = now_.returns || (now_.has_parameters && now_.last == '-');
        break;
      default:
        break;
    }
    now_.last = token.kind;
  }

  void begin() {
    now_ = {};
    macros_.begin();
  }

  void word(const CToken& token) {
    if (macros_.word(token)) now_ = {};
    if (token.text == "template") template_parameters();
    static constexpr auto scopes = std::to_array<std::string_view>(
        {"struct", "class", "union", "enum", "namespace", "extern", "export"});
    static constexpr auto access =
        std::to_array<std::string_view>({"public", "protected", "private"});
    const auto is_of = [&](const auto& words) {
      return std::ranges::find(words, token.text) != words.end();
    };
    if (is_of(access)) now_ = {};  // no colon after it begins a constructor's members
    now_.last_word = token.text;
    ++now_.words;
    if (!is_of(scopes)) return;
    now_.words = 0;
    now_.has_scope = true;
    now_.has_scope_after = now_.has_parameters;
  }

  // Passes `<class T, int n = (a > b)>`, if it follows.
  void template_parameters() {
    const Mark before{tokens_, comments_.size()};
    int depth = 0;
    while (patience_ > 0) {
      const auto token = tokens_.next();
      if (token.kind == '<') ++depth;
      if (token.kind == '(') close('(', ')');
      if (token.kind == '>' && --depth == 0) return;
      const bool ends = token.kind == ';' || token.kind == '{' || token.kind == '\0';
      if (depth <= 0 || ends) break;
    }
    give_up(before);
  }

  // Place of the bracket that closes the one just read, which is passed; at npos nothing is.
  std::size_t close(char opening, char closing) {
    const Mark before{tokens_, comments_.size()};
    const auto place = Closing::find(tokens_, opening, closing);
    if (place == std::string_view::npos) give_up(before);
    return place;
  }

  void give_up(const Mark& before) {
    const auto wasted = tokens_.place() - before.tokens.place();
    patience_ -= std::min(patience_, wasted);
    tokens_ = before.tokens;
    comments_.resize(before.comments);
  }

  void parameters() {
    const auto end = close('(', ')');
    macros_.parentheses(end == std::string_view::npos ? tokens_.place() : end + 1);
    now_.has_parameters = true;
    now_.has_scope_after = false;
    now_.is_requirement = now_.last == 'a' && now_.last_word == "requires";
    if (!now_.initialises) now_.words_before = now_.words;
    now_.last = ')';
  }

  void brace(std::size_t open) {
    const bool is_member = now_.initialises && now_.last != ')' && now_.last != '}';
    const bool is_inside =
        is_member || now_.is_requirement || now_.last == '=';  // of a declaration
    if (is_inside || opens_body()) {
      const auto end = close('{', '}');
      const bool cuts = end != std::string_view::npos && !now_.is_requirement;
      if (cuts) found_.push_back({{open + 1, end}, !is_inside});
    }
    if (!is_inside) return begin();
    now_.last = '}';
    now_.is_requirement = false;
  }

  [[nodiscard]] bool opens_body() const {
    if (!now_.has_parameters || now_.has_scope_after) return false;
    if (now_.initialises || now_.returns) return true;
    // `struct alignas(16) {` is no function, `struct node* make(int n) {` is one.
    if (now_.has_scope) return now_.last == ')' && now_.words_before > 1;
    return now_.last == ')' || now_.last == 'a' || now_.last == '&';
  }

  std::vector<Filling> found_;
  std::vector<Span> comments_;
  CTokens tokens_;
  std::size_t patience_;  // bytes that may be read in vain, lest hostile text takes for ever
  Declaration now_;
  MacroWords macros_;
};

}  // namespace

Skeleton::Skeleton(std::string_view text) {
  text_.reserve(text.size() / 2);
  std::size_t at = 0;
  std::size_t removed = 0;
  for (const auto& [place, is_body] : Fillings(text).find()) {
    if (place.start < at) continue;  // a comment in a body
    text_ += text.substr(at, place.start - at);
    const auto inside = text.substr(place.start, place.end - place.start);
    const auto lines = static_cast<std::size_t>(std::ranges::count(inside, '\n'));
    const bool says_something = inside.size() > lines;
    // An empty pair of braces could be a value; and a comment parts two words.
    if (says_something) text_.push_back(is_body ? ';' : ' ');
    text_.append(lines, '\n');
    removed += inside.size() - lines - (says_something ? 1 : 0);
    cuts_.push_back({text_.size(), removed});
    at = place.end;
  }
  text_ += text.substr(at);
}

std::uint32_t Skeleton::original(std::uint32_t offset) const {
  const auto after = std::ranges::upper_bound(cuts_, std::size_t{offset}, {}, &Cut::at);
  const std::size_t removed = after == cuts_.begin() ? 0 : std::prev(after)->removed;
  return static_cast<std::uint32_t>(offset + removed);
}

}  // namespace plim::index
