// The only place that knows tree-sitter's parser: text in, tree out, within a time limit.
#pragma once

#include <chrono>
#include <memory>
#include <string_view>

#include <tree_sitter/api.h>

#include "index/language.hpp"

namespace plim::index {

struct DeleteTree {
  void operator()(TSTree* tree) const { ts_tree_delete(tree); }
};
using Tree = std::unique_ptr<TSTree, DeleteTree>;

struct DeleteParser {
  void operator()(TSParser* parser) const { ts_parser_delete(parser); }
};

/// The grammar of a language; null when this build has none.
[[nodiscard]] const TSLanguage* grammar_of(Language language);

/// Parses texts one after another. One thread.
class Parser {
 public:
  Parser() : parser_(ts_parser_new()) {}

  /// Null when there is no grammar, or when it takes more processor time than `limit`. `text` must
  /// outlive it only for the call.
  [[nodiscard]] Tree parse(Language language, std::string_view text,
                           std::chrono::milliseconds limit);

 private:
  std::unique_ptr<TSParser, DeleteParser> parser_;
};

/// The text a node covers.
[[nodiscard]] inline std::string_view text_of(TSNode node, std::string_view text) {
  const auto start = ts_node_start_byte(node);
  const auto end = ts_node_end_byte(node);
  if (end > text.size() || start > end) return {};
  return text.substr(start, end - start);
}

}  // namespace plim::index
