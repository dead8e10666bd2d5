#include "engine/load_report.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace plim::engine {
namespace {

// "…  CPU_Mapped model" -> "model", leaving "…  CPU_Mapped".
std::string_view take_last_word(std::string_view& text) {
  while (text.ends_with(' ')) text.remove_suffix(1);
  const auto start = text.rfind(' ');
  const auto word = start == std::string_view::npos ? text : text.substr(start + 1);
  text.remove_suffix(word.size());
  return word;
}

std::string_view skip_spaces(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  return text;
}

template <class Number>
std::optional<Number> number_in(std::string_view text) {
  Number number{};
  text = skip_spaces(text);
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  if (parsed.ec != std::errc()) return {};
  return number;
}

// "CPU KV buffer size =     0.25 MiB"
void scan_buffer(std::string_view line, LoadReport& report) {
  constexpr std::string_view label = " buffer size =";
  const auto found = line.find(label);
  if (found == std::string_view::npos) return;
  const auto mib = number_in<double>(line.substr(found + label.size()));
  if (!mib || *mib < 0 || *mib > 1e9) return;
  auto before = line.substr(0, found);
  const auto kind = take_last_word(before);
  const auto device = take_last_word(before);
  if (kind.empty() || device.empty()) return;
  report.buffers.push_back(
      {std::string(device), std::string(kind), {static_cast<std::uint64_t>(*mib * (1U << 20U))}});
}

// "offloaded 37/37 layers to GPU"
void scan_layers(std::string_view line, LoadReport& report) {
  constexpr std::string_view label = "offloaded ";
  const auto found = line.find(label);
  if (found == std::string_view::npos || !line.contains(" layers to GPU")) return;
  const auto rest = line.substr(found + label.size());
  const auto slash = rest.find('/');
  if (slash == std::string_view::npos) return;
  const auto offloaded = number_in<int>(rest);
  const auto all = number_in<int>(rest.substr(slash + 1));
  if (!offloaded || !all) return;
  const bool second = report.contexts > 0;
  (second ? report.draft_offloaded_layers : report.offloaded_layers) = *offloaded;
  (second ? report.draft_layers : report.layers) = *all;
}

// "sched_reserve: graph: nodes = 79, splits = 2 (with bs=512), 1 (with bs=1), …": the most counts.
void scan_splits(std::string_view line, LoadReport& report) {
  constexpr std::string_view label = "splits = ";
  const auto found = line.find(label);
  if (found == std::string_view::npos || !line.contains("graph")) return;
  report.splits =
      std::max(report.splits, number_in<int>(line.substr(found + label.size())).value_or(0));
}

// The scratch of a graph is measured anew each time it is reserved; only the last one of each
// context lives. What guesses tokens has a context of its own.
void scan_context(std::string_view line, LoadReport& report) {
  if (line.contains("llama_context: constructing")) {
    report.began = report.buffers.size();
    report.contexts += 1;
  }
  if (line.contains("speculative decoding context initialized")) report.guesses = true;
  if (!line.contains("sched_reserve: reserving")) return;
  const auto own = report.buffers.begin() + static_cast<std::ptrdiff_t>(report.began);
  const auto gone = std::remove_if(own, report.buffers.end(),
                                   [](const Buffer& buffer) { return buffer.kind == "compute"; });
  report.buffers.erase(gone, report.buffers.end());
  if (report.contexts <= 1) report.splits = 0;
}

}  // namespace

Bytes LoadReport::on(std::string_view device) const {
  Bytes sum;
  for (const auto& buffer : buffers)
    if (buffer.device == device) sum += buffer.size;
  return sum;
}

void scan_log_line(std::string_view line, LoadReport& report) {
  scan_context(line, report);
  scan_buffer(line, report);
  scan_splits(line, report);
  scan_layers(line, report);
}

}  // namespace plim::engine
