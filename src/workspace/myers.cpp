#include "workspace/myers.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>

namespace plim::workspace {
namespace {

using Index = std::int32_t;
constexpr Index max_edits = 1000;

Range trim_ends(std::span<const int> before, std::span<const int> after) {
  const std::size_t shorter = std::min(before.size(), after.size());
  std::size_t prefix = 0;
  while (prefix < shorter && before[prefix] == after[prefix]) ++prefix;
  std::size_t suffix = 0;
  while (suffix < shorter - prefix &&
         before[before.size() - 1 - suffix] == after[after.size() - 1 - suffix]) {
    ++suffix;
  }
  return {.first = prefix, .last = suffix};
}

// furthest[d][k + d] is how far along `before` diagonal k gets with d edits.
using Trace = std::vector<std::vector<Index>>;

bool goes_down(const std::vector<Index>& last, Index d, Index k) {
  if (k == -d) return true;
  if (k == d) return false;
  const auto at = [&](Index diagonal) { return last[static_cast<std::size_t>(diagonal + d - 1)]; };
  return at(k - 1) < at(k + 1);
}

Index start_of(const Trace& trace, Index d, Index k) {
  if (d == 0) return 0;
  const auto& last = trace[static_cast<std::size_t>(d - 1)];
  const auto at = [&](Index diagonal) { return last[static_cast<std::size_t>(diagonal + d - 1)]; };
  return goes_down(last, d, k) ? at(k + 1) : at(k - 1) + 1;
}

std::optional<Trace> trace_of(std::span<const int> before, std::span<const int> after) {
  const auto rows = static_cast<Index>(before.size());
  const auto columns = static_cast<Index>(after.size());
  Trace trace;
  for (Index d = 0; d <= std::min(max_edits, rows + columns); ++d) {
    std::vector<Index> furthest(static_cast<std::size_t>(2 * d + 1), -1);
    for (Index k = -d; k <= d; k += 2) {
      Index x = start_of(trace, d, k);
      while (x >= 0 && x < rows && x - k >= 0 && x - k < columns &&
             before[static_cast<std::size_t>(x)] == after[static_cast<std::size_t>(x - k)]) {
        ++x;
      }
      const Index diagonal = k + d;  // never negative
      furthest[static_cast<std::size_t>(diagonal)] = x;
      if (k == rows - columns && x >= rows) {
        trace.push_back(std::move(furthest));
        return trace;
      }
    }
    trace.push_back(std::move(furthest));
  }
  return std::nullopt;
}

// Walks the trace backwards, one edit a step.
std::vector<Block> edits_of(const Trace& trace, Index rows, Index columns) {
  std::vector<Block> edits;
  Index k = rows - columns;
  for (auto d = static_cast<Index>(trace.size()) - 1; d > 0; --d) {
    const auto& last = trace[static_cast<std::size_t>(d - 1)];
    const bool down = goes_down(last, d, k);
    const Index x = start_of(trace, d, k);
    const Index y = x - k;
    const auto position = [](Index i) { return static_cast<std::size_t>(i); };
    edits.push_back(down ? Block{{position(x), position(x)}, {position(y - 1), position(y)}}
                         : Block{{position(x - 1), position(x)}, {position(y), position(y)}});
    k = down ? k + 1 : k - 1;
  }
  std::ranges::reverse(edits);
  return edits;
}

std::vector<Block> joined(const std::vector<Block>& edits, std::size_t offset) {
  std::vector<Block> blocks;
  for (Block edit : edits) {
    for (Range* range : {&edit.before, &edit.after}) {
      range->first += offset;
      range->last += offset;
    }
    const bool touches = !blocks.empty() && blocks.back().before.last == edit.before.first &&
                         blocks.back().after.last == edit.after.first;
    if (!touches) {
      blocks.push_back(edit);
      continue;
    }
    blocks.back().before.last = edit.before.last;
    blocks.back().after.last = edit.after.last;
  }
  return blocks;
}

}  // namespace

std::vector<Block> changed_blocks(std::span<const int> before, std::span<const int> after) {
  const auto [prefix, suffix] = trim_ends(before, after);
  const auto old_middle = before.subspan(prefix, before.size() - prefix - suffix);
  const auto new_middle = after.subspan(prefix, after.size() - prefix - suffix);
  if (old_middle.empty() && new_middle.empty()) return {};
  const Block all{.before = {.first = prefix, .last = prefix + old_middle.size()},
                  .after = {.first = prefix, .last = prefix + new_middle.size()}};
  if (old_middle.empty() || new_middle.empty()) return {all};
  const auto trace = trace_of(old_middle, new_middle);
  if (!trace) return {all};
  const auto edits = edits_of(*trace, static_cast<Index>(old_middle.size()),
                              static_cast<Index>(new_middle.size()));
  return joined(edits, prefix);
}

}  // namespace plim::workspace
