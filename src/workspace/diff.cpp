#include "workspace/diff.hpp"

#include <algorithm>
#include <format>
#include <ranges>
#include <unordered_map>
#include <vector>

#include "workspace/line_index.hpp"
#include "workspace/myers.hpp"

namespace plim::workspace {
namespace {

constexpr std::size_t context = 3;

// Lines as small integers, equal where the lines are.
class LineIds {
 public:
  std::vector<int> of(const std::vector<Line>& lines) {
    std::vector<int> ids;
    ids.reserve(lines.size());
    for (const Line& line : lines) {
      ids.push_back(
          known_.try_emplace(line.whole(), static_cast<int>(known_.size())).first->second);
    }
    return ids;
  }

 private:
  std::unordered_map<std::string_view, int> known_;
};

class Writer {
 public:
  Writer(Diff& diff, std::size_t max_bytes) : diff_(diff), max_bytes_(max_bytes) {}

  void line(std::string_view sign, const Line& line) {
    write(std::format("{}{}{}\n", sign, line.text, line.ending == "\r\n" ? "\r" : ""));
    if (line.ending.empty()) write("\\ No newline at end of file\n");
  }

  void write(std::string_view text) {
    diff_.cut = diff_.cut || diff_.text.size() + text.size() > max_bytes_;
    if (!diff_.cut) diff_.text += text;
  }

 private:
  Diff& diff_;
  std::size_t max_bytes_;
};

// unified form counts an empty range from the line before it
std::string range(std::size_t first, std::size_t count) {
  if (count == 1) return std::format("{}", first + 1);
  return std::format("{},{}", count == 0 ? first : first + 1, count);
}

// Blocks so near that their contexts touch share a hunk.
std::vector<std::vector<Block>> hunks_of(const std::vector<Block>& blocks) {
  std::vector<std::vector<Block>> hunks;
  for (const Block& block : blocks) {
    const bool joins =
        !hunks.empty() && block.before.first - hunks.back().back().before.last <= 2 * context;
    if (!joins) hunks.emplace_back();
    hunks.back().push_back(block);
  }
  return hunks;
}

void write_hunk(const std::vector<Block>& hunk, const std::vector<Line>& before,
                const std::vector<Line>& after, Writer& out) {
  const std::size_t lead = std::min(context, hunk.front().before.first);
  const std::size_t tail = std::min(context, before.size() - hunk.back().before.last);
  const std::size_t old_first = hunk.front().before.first - lead;
  const std::size_t new_first = hunk.front().after.first - lead;
  const std::size_t old_last = hunk.back().before.last + tail;
  const std::size_t new_last = hunk.back().after.last + tail;
  out.write(std::format("@@ -{} +{} @@\n", range(old_first, old_last - old_first),
                        range(new_first, new_last - new_first)));
  std::size_t at = old_first;
  for (const Block& block : hunk) {
    for (; at < block.before.first; ++at) out.line(" ", before[at]);
    for (; at < block.before.last; ++at) out.line("-", before[at]);
    for (std::size_t i = block.after.first; i < block.after.last; ++i) out.line("+", after[i]);
  }
  for (; at < old_last; ++at) out.line(" ", before[at]);
}

}  // namespace

Diff unified_diff(std::string_view path, std::optional<std::string_view> before,
                  std::optional<std::string_view> after, std::size_t max_bytes) {
  Diff diff;
  const std::string_view old_text = before.value_or("");
  const std::string_view new_text = after.value_or("");
  if (before == after) return diff;
  Writer out(diff, max_bytes);
  out.write(before ? std::format("--- a/{}\n", path) : "--- /dev/null\n");
  out.write(after ? std::format("+++ b/{}\n", path) : "+++ /dev/null\n");
  if (old_text.contains('\0') || new_text.contains('\0')) {
    out.write("Binary files differ\n");
    return diff;
  }
  const auto old_lines = split_lines(old_text);
  const auto new_lines = split_lines(new_text);
  LineIds ids;
  const auto old_ids = ids.of(old_lines);
  const auto blocks = changed_blocks(old_ids, ids.of(new_lines));
  for (const Block& block : blocks) {
    diff.removed += static_cast<int>(block.before.last - block.before.first);
    diff.added += static_cast<int>(block.after.last - block.after.first);
  }
  for (const auto& hunk : hunks_of(blocks)) write_hunk(hunk, old_lines, new_lines, out);
  return diff;
}

}  // namespace plim::workspace
