#include <algorithm>
#include <format>

#include "tools/command_logs.hpp"
#include "tools/lines.hpp"
#include "tools/text_cost.hpp"
#include "tools/tool.hpp"
#include "tools/words.hpp"
#include "workspace/workspace.hpp"

namespace plim::tools {
namespace {

// Bytes kept for the line that says what is not shown.
constexpr std::size_t note_bytes = 80;

class Read final : public Tool {
 public:
  [[nodiscard]] const ToolWords& words() const override { return words_; }
  [[nodiscard]] Access access() const override { return Access::read; }

  [[nodiscard]] Outcome run(const Arguments& arguments, const Scope& scope) const override {
    const auto& path = arguments.text("path");
    const auto found = text_of(path, scope);
    if (!found) return {"error: " + found.error().message, true, {}, {}};
    const std::string& text = *found;
    const auto lines = workspace::split_lines(text);
    if (lines.empty()) return {std::format("{} is empty", path), false, {}, {}};

    const auto first = static_cast<std::size_t>(
        std::clamp<std::int64_t>(arguments.integer("start").value_or(1), 1, std::ssize(lines)));
    const auto wanted = static_cast<std::size_t>(
        std::clamp<std::int64_t>(arguments.integer("end").value_or(std::ssize(lines)),
                                 std::int64_t(first), std::ssize(lines)));
    const auto last = fitting_end(lines, first, wanted, dense_cap(text, scope.max_chars));
    std::string shown = numbered(lines, first, last);
    if (first > 1 || last < lines.size()) {
      shown += std::format("\n[lines {}-{} of {}{}]", first, last, lines.size(),
                           last < wanted ? std::format("; go on with start={}", last + 1) : "");
    }
    return {std::move(shown), false, {}, {}};
  }

 private:
  // A file of the project, or the kept output of a command.
  static Result<std::string> text_of(const std::string& path, const Scope& scope) {
    if (scope.logs != nullptr && CommandLogs::is_name(path)) return scope.logs->find(path);
    return TRY(scope.files.read(path)).text();
  }

  // The last line that still fits; one line always does (the toolbox cuts inside it).
  static std::size_t fitting_end(std::span<const workspace::Line> lines, std::size_t first,
                                 std::size_t last, std::size_t max_chars) {
    const std::size_t room = max_chars > note_bytes ? max_chars - note_bytes : 0;
    std::size_t used = 0;
    for (std::size_t n = first; n <= last; ++n) {
      // A digit of the line's number costs as much as three bytes of its text.
      used += lines[n - 1].text.size() + 3 * std::formatted_size("{}", n) + 2;
      if (used > room) return std::max(n - 1, first);
    }
    return last;
  }

  ToolWords words_ = make_words("read", words::read,
                                {{.name = "path"},
                                 {"start", ParameterType::integer, false, {}},
                                 {"end", ParameterType::integer, false, {}}});
};

}  // namespace

std::unique_ptr<Tool> make_read() { return std::make_unique<Read>(); }

}  // namespace plim::tools
