#include <algorithm>
#include <array>
#include <cmath>
#include <format>
#include <string>

#include "plan/plan.hpp"

namespace plim::plan {
namespace {

/// A part of a bar: who holds this share of the device's memory.
struct Share {
  char mark;
  Bytes bytes;
};

std::array<Share, 6> shares(const LedgerRow& row) {
  return {{{'-', row.capacity - row.free},
           {'W', row.weights},
           {'K', row.kv + row.recurrent},
           {'C', row.compute + row.overhead + row.caches},
           {'r', row.reserve},
           {'.', row.left}}};
}

/// The device's memory as `width` marks. Each boundary is rounded on its own, so that the bar
/// always has its full length and no error adds up.
std::string bar(const LedgerRow& row, std::size_t width) {
  std::string marks;
  double sum = 0;
  for (const auto& share : shares(row)) {
    sum += static_cast<double>(share.bytes.value);
    const auto part = sum / static_cast<double>(std::max<std::uint64_t>(row.capacity.value, 1));
    const auto end = static_cast<std::size_t>(std::lround(part * static_cast<double>(width)));
    if (end > marks.size()) marks.append(std::min(end, width) - marks.size(), share.mark);
  }
  marks.resize(width, '.');
  return marks;
}

std::string cell(Bytes bytes) {
  return std::format("{:>10}", bytes == Bytes{} ? "-" : to_string(bytes));
}

std::string table_row(const LedgerRow& row) {
  return std::format("{:<8}{}{}{}{}{}{}{}\n", row.device, cell(row.capacity), cell(row.free),
                     cell(row.weights), cell(row.kv + row.recurrent),
                     cell(row.compute + row.overhead + row.caches), cell(row.reserve),
                     cell(row.left));
}

std::string headline(const RunPlan& plan) {
  const auto where = plan.on_gpu ? std::format("{} ({}), all {} layers", plan.device_label,
                                               plan.device, plan.layers)
                                 : plan.device_label;
  return std::format("{} on {}: context {}, {} cache\n", plan.model, where, plan.context.value,
                     to_string(plan.kv_k));
}

}  // namespace

std::string to_text(const RunPlan& plan, int width) {
  auto text = headline(plan) + plan.reason + "\n\n";
  text += std::format("{:<8}{:>10}{:>10}{:>10}{:>10}{:>10}{:>10}{:>10}\n", "", "capacity", "free",
                      "weights", "cache", "compute", "reserve", "left");
  for (const auto& row : plan.ledger) text += table_row(row);
  text += '\n';
  const auto length = static_cast<std::size_t>(std::clamp(width - 10, 20, 68));
  for (const auto& row : plan.ledger) {
    text += std::format("{:<8}[{}]\n", row.device, bar(row, length));
  }
  text += std::format("{:<8} - in use  W weights  K cache  C compute  r reserve  . left\n", "");
  for (const auto& warning : plan.warnings) text += "warning: " + warning + "\n";
  return text;
}

}  // namespace plim::plan
