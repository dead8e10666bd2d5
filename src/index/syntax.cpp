#include "index/syntax.hpp"

#include <format>

#include "base/utf8.hpp"
#include "index/parse.hpp"

namespace plim::index {
namespace {

constexpr std::size_t max_quoted = 40;

SyntaxFault fault_at(TSNode node, std::string_view text) {
  // When nothing fits, all that was read since is one error: its last part is where that ended.
  const auto parts = ts_node_child_count(node);
  const bool is_long = ts_node_start_point(node).row != ts_node_end_point(node).row;
  if (is_long && parts > 0) node = ts_node_child(node, parts - 1);
  const auto point = ts_node_start_point(node);
  SyntaxFault fault{.line = point.row + std::size_t{1}, .column = point.column + std::size_t{1}};
  if (ts_node_is_missing(node)) {
    fault.what = std::format("missing \"{}\"", ts_node_type(node));
    return fault;
  }
  auto found = text_of(node, text);
  found = utf8_prefix(found.substr(0, found.find('\n')), max_quoted);
  fault.what = std::format("unexpected \"{}\"", to_utf8(found));
  return fault;
}

// Depth first, without recursion: generated files nest deeper than a stack.
class Faults {
 public:
  Faults(TSNode root, std::string_view text) : text_(text), cursor_(ts_tree_cursor_new(root)) {
    count();
  }
  Faults(const Faults&) = delete;
  Faults& operator=(const Faults&) = delete;
  ~Faults() { ts_tree_cursor_delete(&cursor_); }

  [[nodiscard]] Syntax take() && { return std::move(found_); }

 private:
  void count() {
    while (true) {
      const TSNode node = ts_tree_cursor_current_node(&cursor_);
      if (ts_node_is_error(node) || ts_node_is_missing(node)) add(node);
      if (ts_node_has_error(node) && ts_tree_cursor_goto_first_child(&cursor_)) continue;
      if (!go_on()) return;
    }
  }

  bool go_on() {
    while (!ts_tree_cursor_goto_next_sibling(&cursor_)) {
      if (!ts_tree_cursor_goto_parent(&cursor_)) return false;
    }
    return true;
  }

  void add(TSNode node) {
    // An error may span the whole file; the first one inside it says more exactly where.
    const bool is_first = found_.faults++ == 0;
    const bool is_inside_first = ts_node_end_byte(node) <= first_end_;
    if (is_first || is_inside_first) found_.first = fault_at(node, text_);
    first_end_ = is_first ? ts_node_end_byte(node) : is_inside_first ? 0 : first_end_;
  }

  std::string_view text_;
  TSTreeCursor cursor_;
  std::uint32_t first_end_ = 0;  // of the first error, until one inside it was found
  Syntax found_;
};

}  // namespace

std::optional<Syntax> check_syntax(Language language, std::string_view text,
                                   std::chrono::milliseconds limit) {
  const Tree tree = Parser().parse(language, text, limit);
  if (!tree) return std::nullopt;
  return Faults(ts_tree_root_node(tree.get()), text).take();
}

bool has_grammar(Language language) { return grammar_of(language) != nullptr; }

}  // namespace plim::index
