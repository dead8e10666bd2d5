#include "tools/edit_check.hpp"

#include "index/syntax.hpp"
#include "tools/lines.hpp"
#include "workspace/line_index.hpp"

namespace plim::tools {
namespace {

constexpr std::size_t lines_around = 4;

}  // namespace

Result<void> still_parses(const std::string& path, std::string_view before,
                          const workspace::Edited& edited) {
  const auto language = index::language_of(path, before.substr(0, 80));
  if (!index::has_grammar(language)) return {};
  const auto was = index::check_syntax(language, before);
  if (!was || was->faults > 0) return {};
  const auto is = index::check_syntax(language, edited.bytes);
  if (!is || !is->first) return {};
  const auto line = is->first->line;
  return fail(Errc::invalid,
              "not written: {} would no longer parse, {} at line {}. It is as it was. It would "
              "have read:\n{}\nSend the whole change in one edit.",
              path, is->first->what, line,
              numbered(workspace::split_lines(edited.bytes),
                       line > lines_around ? line - lines_around : 1, line + lines_around));
}

}  // namespace plim::tools
