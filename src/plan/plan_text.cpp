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

std::string left_cell(const LedgerRow& row) {
  const auto left = left_of(row);
  if (left >= 0) return cell(row.left);
  return std::format(" {:>9}", "-" + to_string(Bytes{static_cast<std::uint64_t>(-left)}));
}

std::string table_row(const LedgerRow& row) {
  return std::format("{:<8}{}{}{}{}{}{}{}{}\n", row.device, cell(row.capacity), cell(row.free),
                     cell(row.weights), cell(row.kv + row.recurrent), cell(row.compute),
                     cell(row.overhead + row.caches), cell(row.reserve), left_cell(row));
}

std::string slots_text(const RunPlan& plan) {
  if (plan.slots == 1) return "";
  if (plan.unified) return std::format(" shared by {} slots", plan.slots);
  return std::format(" in {} slots of {}", plan.slots, plan.context.value / plan.slots);
}

std::string where_text(const RunPlan& plan) {
  if (!plan.on_gpu) return plan.device_label;
  auto text = std::format("{} ({}), ", plan.device_label, plan.device);
  if (plan.host_layers > 0)
    return text + std::format("{} of {} layers", plan.layers - plan.host_layers, plan.layers);
  text += std::format("all {} layers", plan.layers);
  if (plan.host_experts > 0) text += std::format(" but the experts of {}", plan.host_experts);
  return text;
}

std::string headline(const RunPlan& plan, bool fits = true) {
  const auto cache = plan.kv_k == plan.kv_v
                         ? std::string(to_string(plan.kv_k))
                         : std::format("{}/{}", to_string(plan.kv_k), to_string(plan.kv_v));
  return std::format("{} {} {}: context {}{}, {} cache\n", plan.model,
                     fits ? "on" : "does not fit on", where_text(plan), plan.context.value,
                     slots_text(plan), cache);
}

std::string range(const Rate& rate) {
  return std::format("{:.{}f} tokens/s ({:.{}f} to {:.{}f})", rate.median, rate.median < 20 ? 1 : 0,
                     rate.low, rate.low < 20 ? 1 : 0, rate.high, rate.high < 20 ? 1 : 0);
}

std::string speed_text(const RunPlan& plan, bool fits = true) {
  const std::string_view begin = fits ? "predicted" : "were there room";
  if (plan.speed.decode.median <= 0) {
    if (plan.speed.prefill.median <= 0) return "";
    return std::format("{}: text {}; it writes no replies\n", begin, range(plan.speed.prefill));
  }
  auto text = std::format("{}: reply {}", begin, range(plan.speed.decode));
  if (plan.full_decode.median > 0) {
    text += std::format(", {:.{}f} with the context full", plan.full_decode.median,
                        plan.full_decode.median < 20 ? 1 : 0);
  }
  if (plan.speed.prefill.median > 0) text += "; prompt " + range(plan.speed.prefill);
  return text + "\n";
}

std::string guess_text(const RunPlan& plan) {
  if (!plan.guesses_with_weights()) return "";
  const auto who = plan.draft_by == DraftBy::layers ? std::string("layers of the model's own")
                                                    : plan.draft_files.front().filename().string();
  return std::format("guesses {} tokens ahead by {}: {} of the above\n", plan.draft, who,
                     to_string(plan.draft_bytes));
}

std::string estimate_text(const RunPlan& plan) {
  return plan.compute_known ? "" : "compute is estimated; the engine tells it of a file\n";
}

std::string choices_text(const std::vector<Choice>& choices) {
  if (choices.empty()) return "";
  std::string text = "largest context by cache type:";
  for (const auto& choice : choices) {
    text += std::format("  {} {}", to_string(choice.type),
                        choice.largest.value > 0 ? std::to_string(choice.largest.value) : "none");
    if (choice.decode.median > 0) text += std::format(" ({:.0f} t/s)", choice.decode.median);
  }
  return text + "\n";
}

std::string ledger_text(const RunPlan& plan, int width) {
  const auto& ledger = plan.ledger;
  std::string text =
      std::format("{:<8}{:>10}{:>10}{:>10}{:>10}{:>10}{:>10}{:>10}{:>10}\n", "", "capacity", "free",
                  "weights", "cache", "compute", "overhead", "reserve", "left");
  for (const auto& row : ledger) text += table_row(row);
  text += '\n';
  const auto length = static_cast<std::size_t>(std::clamp(width - 10, 20, 68));
  for (const auto& row : ledger) text += std::format("{:<8}[{}]\n", row.device, bar(row, length));
  text += std::format(
      "{:<8} - in use  W weights  K cache  C compute, overhead  r reserve  . left\n", "");
  const auto& host = ledger.back();
  if (host.caches > Bytes{}) {
    text += std::format("{:<8} host overhead holds up to {} of prompt cache and checkpoints\n", "",
                        to_string(host.caches));
  }
  if (plan.repack > Bytes{}) {
    text += std::format("{:<8} and up to {} for weights laid out anew for this processor (AMX)\n",
                        "", to_string(plan.repack));
  }
  return text;
}

}  // namespace

std::string to_text(const RunPlan& plan, int width) {
  auto text = headline(plan) + plan.reason + "\n\n" + ledger_text(plan, width);
  text += guess_text(plan) + speed_text(plan);
  for (const auto& warning : plan.warnings) text += "warning: " + warning + "\n";
  return text;
}

std::string to_text(const Assessment& assessment, int width) {
  const auto& plan = assessment.plan;
  auto text = headline(plan, assessment.fits) + plan.reason + "\n\n" + ledger_text(plan, width);
  text += choices_text(assessment.choices);
  text += guess_text(plan) + estimate_text(plan) + speed_text(plan, assessment.fits);
  for (const auto& warning : plan.warnings) text += "warning: " + warning + "\n";
  return text;
}

}  // namespace plim::plan
