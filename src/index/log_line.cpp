#include "index/log_line.hpp"

namespace plim::index::logs {
namespace {

// "   12 | code", "     | ^~~~", "> 43 |   expect(…)", "    ^~~~^", "   = note: …"
std::optional<Line> match_source(const RawLine& raw) {
  auto body = raw.body;
  if (raw.indent > 0 && eat(body, "= note: "))
    return Line{.severity = Severity::note, .message = body};
  eat(body, "> ");
  body = trim_left(body);
  const bool numbered = eat_number(body).has_value();
  body = trim_left(body);
  if (body.starts_with('|') && (numbered || raw.indent > 0)) return Line{.kind = LineKind::source};
  if (raw.indent > 0 && raw.body.find_first_not_of("^~ -|+") == std::string_view::npos &&
      raw.body.find_first_of("^~") != std::string_view::npos) {
    return Line{.kind = LineKind::source};
  }
  return std::nullopt;
}

}  // namespace

Line classify(std::string_view text) {
  RawLine raw{.text = text, .body = trim(text)};
  if (raw.body.empty()) return {.kind = LineKind::blank};
  raw.indent = static_cast<std::size_t>(raw.body.data() - text.data());
  if (auto found = match_summary(raw)) return *found;
  if (auto found = match_source(raw)) return *found;
  if (auto found = match_noise(raw)) return *found;
  if (auto found = match_test(raw)) return *found;
  if (auto found = match_frame(raw)) return *found;
  if (auto found = match_exception(raw)) return *found;
  if (auto found = match_diagnostic(raw)) return *found;
  return {};
}

}  // namespace plim::index::logs
