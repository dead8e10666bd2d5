#include "index/symbols.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "index/skeleton.hpp"
#include "index/symbol_rules.hpp"
#include "index/syntax.hpp"

namespace plim::index {
namespace {

constexpr std::size_t max_symbols = 50'000;  // of one file: past that it is a table, not code
constexpr std::size_t max_name = 200;

/// A language's rules by the grammar's node numbers, made once per language.
struct RuleTable {
  explicit RuleTable(Language language)
      : rules(symbol_rules(language)), nests(nests_functions(language)) {
    const TSLanguage* const grammar = grammar_of(language);
    rule_of.resize(ts_language_symbol_count(grammar), 0);
    for (std::size_t symbol = 0; symbol < rule_of.size(); ++symbol) {
      const auto id = static_cast<TSSymbol>(symbol);
      if (ts_language_symbol_type(grammar, id) != TSSymbolTypeRegular) continue;
      const std::string_view node = ts_language_symbol_name(grammar, id);
      const auto found = std::ranges::find(rules, node, &SymbolRule::node);
      if (found != rules.end()) {
        rule_of[symbol] = static_cast<std::uint8_t>(1 + (found - rules.begin()));
      }
    }
    const auto field = [&](std::string_view word) {
      return ts_language_field_id_for_name(grammar, word.data(),
                                           static_cast<std::uint32_t>(word.size()));
    };
    name = field("name");
    key = field("key");
    type = field("type");
    left = field("left");
    declarator = field("declarator");
    body = field("body");
    value = field("value");
    right = field("right");
  }

  std::span<const SymbolRule> rules;
  bool nests;
  std::vector<std::uint8_t> rule_of;  // by node number: 1 + the rule's place, or 0
  TSFieldId name, key, type, left, declarator, body, value, right;
};

const RuleTable& table_of(Language language) {
  // Made on first use by whichever thread; never changed after.
  static const auto tables = [] {
    std::vector<std::optional<RuleTable>> made(static_cast<std::size_t>(Language::other_code));
    for (std::size_t i = 0; i < made.size(); ++i) {
      const auto each = static_cast<Language>(i);
      if (grammar_of(each) != nullptr) made[i].emplace(each);
    }
    return made;
  }();
  static const RuleTable empty(Language::c);
  const auto& found = tables[static_cast<std::size_t>(language)];
  return found ? *found : empty;
}

TSNode child(TSNode node, TSFieldId field) {
  return field == 0 ? TSNode{} : ts_node_child_by_field_id(node, field);
}

bool is_absent(TSNode node) { return node.tree == nullptr || ts_node_is_null(node); }

bool is_one_line(TSNode node) {
  return ts_node_start_point(node).row == ts_node_end_point(node).row;
}

std::string_view type_of(TSNode node) { return ts_node_type(node); }

class Finder {
 public:
  Finder(Language language, TSNode root, std::string_view text)
      : table_(table_of(language)), text_(text), cursor_(ts_tree_cursor_new(root)) {}
  Finder(const Finder&) = delete;
  Finder& operator=(const Finder&) = delete;
  ~Finder() { ts_tree_cursor_delete(&cursor_); }

  std::vector<Symbol> run() {
    do {
      const TSNode node = ts_tree_cursor_current_node(&cursor_);
      if (!visit(node) || !ts_tree_cursor_goto_first_child(&cursor_)) {
        if (!go_on()) break;
      }
    } while (found_.size() < max_symbols);
    return std::move(found_);
  }

 private:
  bool go_on() {
    while (!ts_tree_cursor_goto_next_sibling(&cursor_)) {
      if (!ts_tree_cursor_goto_parent(&cursor_)) return false;
    }
    return true;
  }

  // Whether to look inside.
  bool visit(TSNode node) {
    const auto number = ts_node_symbol(node);
    const std::size_t index = number < table_.rule_of.size() ? table_.rule_of[number] : 0U;
    const bool inside_function = ts_node_start_byte(node) < function_end_;
    // What a function does in one line is most of a tree, and defines nothing worth a look.
    if (index == 0) return !inside_function || !is_one_line(node);
    const SymbolRule& rule = table_.rules[index - 1];
    if (rule.only == Only::outside_functions && inside_function) return true;
    if (rule.only == Only::with_body && is_absent(child(node, table_.body))) return true;
    const bool is_function = rule.kind == SymbolKind::function || holds_function(rule, node);
    if (rule.only == Only::with_function_value && !is_function && inside_function) return true;
    const auto name = name_of_node(rule, node);
    if (name.empty() || name.size() > max_name) return true;
    add(name, is_function ? SymbolKind::function : rule.kind, node);
    if (is_function) function_end_ = std::max(function_end_, ts_node_end_byte(node));
    return !is_function || table_.nests;
  }

  [[nodiscard]] bool holds_function(const SymbolRule& rule, TSNode node) const {
    if (rule.only != Only::with_function_value) return false;
    TSNode value = child(node, table_.value);
    if (is_absent(value)) value = child(node, table_.right);
    if (is_absent(value)) return false;
    const auto type = type_of(value);
    return type == "arrow_function" || type == "function_expression" ||
           type == "generator_function" || type == "function" || type == "class";
  }

  [[nodiscard]] std::string_view name_of_node(const SymbolRule& rule, TSNode node) const {
    switch (rule.name) {
      case NameIn::name_field: {
        const TSNode by_name = child(node, table_.name);
        return last_part(is_absent(by_name) ? child(node, table_.key) : by_name);
      }
      case NameIn::type_field:
        return head_of(child(node, table_.type));
      case NameIn::left_field:
        return last_part(child(node, table_.left));
      case NameIn::declarator_field:
        return declared(child(node, table_.declarator));
      case NameIn::itself:
        return head_of(node);
    }
    return {};
  }

  // C's declarators nest: `int (*table[4])(void)`; C++'s names are qualified: `A::B::f`.
  [[nodiscard]] std::string_view declared(TSNode node) const {
    for (int depth = 0; depth < 12 && !is_absent(node); ++depth) {
      TSNode inner = child(node, table_.declarator);
      if (is_absent(inner) && ts_node_named_child_count(node) == 1 &&
          (type_of(node) == "reference_declarator" ||
           type_of(node) == "parenthesized_declarator")) {
        inner = ts_node_named_child(node, 0);
      }
      if (is_absent(inner)) inner = child(node, table_.name);
      if (is_absent(inner)) return head_of(node);
      node = inner;
    }
    return {};
  }

  // `Vector<T>` is Vector.
  [[nodiscard]] std::string_view head_of(TSNode node) const {
    if (is_absent(node)) return {};
    auto text = text_of(node, text_);
    text = text.substr(0, text.find_first_of("<(\n ="));
    return text;
  }

  // `module.exports.parse` is parse; `"quoted"` is quoted.
  [[nodiscard]] std::string_view last_part(TSNode node) const {
    if (is_absent(node)) return {};
    auto text = text_of(node, text_);
    if (text.find_first_of("\n([{,") != std::string_view::npos) return {};
    const auto cut = text.find_last_of(".:");
    if (cut != std::string_view::npos) text.remove_prefix(cut + 1);
    while (!text.empty() && (text.front() == '"' || text.front() == '\'')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == '"' || text.back() == '\'')) text.remove_suffix(1);
    return text;
  }

  void add(std::string_view name, SymbolKind kind, TSNode node) {
    found_.push_back({.name = std::string(name),
                      .kind = kind,
                      .first_line = ts_node_start_point(node).row + 1,
                      .last_line = ts_node_end_point(node).row + 1,
                      .start = ts_node_start_byte(node),
                      .end = ts_node_end_byte(node)});
  }

  const RuleTable& table_;
  std::string_view text_;
  TSTreeCursor cursor_;
  std::vector<Symbol> found_;
  std::uint32_t function_end_ = 0;  // of the outermost function we are in
};

// What a line may begin with that belongs to the definition below it.
bool leads(std::string_view line) {
  const auto start = line.find_first_not_of(" \t");
  if (start == std::string_view::npos) return false;
  line.remove_prefix(start);
  static constexpr auto openings = std::to_array<std::string_view>(
      {"//", "/*", "*", "# ", "#[", "--", "@", "[[", "template", "%", ";"});
  return std::ranges::any_of(openings, [&](auto opening) { return line.starts_with(opening); });
}

std::optional<std::vector<Symbol>> read_whole(Parser& parser, Language language,
                                              std::string_view text,
                                              std::chrono::milliseconds limit) {
  const Tree tree = parser.parse(language, text, limit);
  if (!tree) return std::nullopt;
  return Finder(language, ts_tree_root_node(tree.get()), text).run();
}

std::optional<std::vector<Symbol>> read_by_grammar(Parser& parser, Language language,
                                                   std::string_view text,
                                                   std::chrono::milliseconds limit) {
  if (language != Language::c && language != Language::cpp) {
    return read_whole(parser, language, text, limit);
  }
  const Skeleton bare(text);
  auto symbols = read_whole(parser, language, bare.text(), limit);
  if (!symbols) return symbols;
  for (auto& symbol : *symbols) {
    symbol.start = bare.original(symbol.start);
    symbol.end = bare.original(symbol.end);
  }
  return symbols;
}

}  // namespace

void take_in_leading_comments(std::vector<Symbol>& symbols, std::string_view text) {
  constexpr int max_lines = 60;
  std::uint32_t floor = 0;  // no symbol reaches back into the one before it
  for (auto& symbol : symbols) {
    std::size_t start = text.substr(0, symbol.start).rfind('\n');
    start = start == std::string_view::npos ? 0 : start + 1;
    for (int line = 0; line < max_lines && start > floor; ++line) {
      const auto above = text.substr(0, start - 1).rfind('\n');
      const std::size_t first = above == std::string_view::npos ? 0 : above + 1;
      if (first < floor || !leads(text.substr(first, start - 1 - first))) break;
      start = first;
    }
    const auto own_start = symbol.start;
    symbol.start = std::max(floor, std::min(own_start, static_cast<std::uint32_t>(start)));
    const bool is_leaf = symbol.kind == SymbolKind::function || symbol.kind == SymbolKind::name;
    floor = std::max(floor, is_leaf ? symbol.end : own_start);
  }
}

Symbols find_symbols(Parser& parser, Language language, std::string_view text,
                     std::chrono::milliseconds limit) {
  if (!is_code(language)) return {};
  Symbols symbols;
  if (auto found = read_by_grammar(parser, language, text, limit)) {
    symbols.list = *std::move(found);
    symbols.source = SymbolSource::grammar;
  } else {
    symbols.list = scan_symbols(text);
    symbols.source = has_grammar(language) ? SymbolSource::fallback : SymbolSource::scanner;
  }
  take_in_leading_comments(symbols.list, text);
  return symbols;
}

}  // namespace plim::index
