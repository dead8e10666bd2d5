#include "hw/cpu.hpp"

#include <algorithm>
#include <cmath>
#include <format>
#include <ranges>
#include <utility>

#include "hw/text_file.hpp"

namespace plim::hw {
namespace {

namespace fs = std::filesystem;

constexpr int max_processors = 8192;

std::string model_name(std::string_view cpuinfo) {
  for (const auto* key : {"model name", "Hardware", "Model"}) {
    if (const auto name = field_of(cpuinfo, key, ':'); !name.empty()) return std::string(name);
  }
  return "";
}

std::optional<std::set<int>> allowed(const fs::path& root) {
  const auto status = read_text(root / "proc/self/status");
  if (!status) return std::nullopt;
  return parse_cpu_list(field_of(*status, "Cpus_allowed_list", ':'));
}

/// Processors that share a core count once.
int count_cores(const fs::path& root, const std::set<int>& processors) {
  std::set<std::pair<std::uint64_t, std::uint64_t>> cores;
  for (const int n : processors) {
    const auto topology = root / std::format("sys/devices/system/cpu/cpu{}/topology", n);
    const auto core = read_number(topology / "core_id");
    const auto package = read_number(topology / "physical_package_id");
    if (!core || !package) return static_cast<int>(processors.size());
    cores.emplace(*package, *core);
  }
  return static_cast<int>(cores.size());
}

/// Processors' worth of time a control group grants: "150000 100000" is 1.5, rounded up.
std::optional<int> quota(const fs::path& root) {
  const auto text = read_text(root / "sys/fs/cgroup/cpu.max");
  if (!text) return std::nullopt;
  const auto field = split_field(*text, ' ');
  if (!field) return std::nullopt;
  const auto time = to_number<std::uint64_t>(field->key);
  const auto period = to_number<std::uint64_t>(field->value);
  if (!time || !period || *period == 0) return std::nullopt;
  const auto whole = (*time + *period - 1) / *period;
  return static_cast<int>(std::clamp<std::uint64_t>(whole, 1, max_processors));
}

}  // namespace

std::optional<std::set<int>> parse_cpu_list(std::string_view text) {
  std::set<int> numbers;
  for (const auto part : std::views::split(text, ',')) {
    const std::string_view item(part);
    const auto range = split_field(item, '-');
    const auto first = to_number<int>(range ? range->key : item);
    const auto last = range ? to_number<int>(range->value) : first;
    if (!first || !last || *first < 0 || *last < *first || *last >= max_processors) {
      return std::nullopt;
    }
    for (int n = *first; n <= *last; ++n) numbers.insert(n);
  }
  return numbers.empty() ? std::nullopt : std::optional(std::move(numbers));
}

Cpu read_cpu(const fs::path& root) {
  Cpu cpu;
  const auto cpuinfo = read_text(root / "proc/cpuinfo").value_or("");
  cpu.model = model_name(cpuinfo);
  cpu.amx = field_of(cpuinfo, "flags", ':').contains("amx_int8");
  const auto online =
      parse_cpu_list(read_text(root / "sys/devices/system/cpu/online").value_or("0"));
  const auto usable = allowed(root).value_or(online.value_or(std::set<int>{0}));
  cpu.online = online ? static_cast<int>(online->size()) : static_cast<int>(usable.size());
  const int granted = quota(root).value_or(max_processors);
  cpu.usable = std::max(std::min(static_cast<int>(usable.size()), granted), 1);
  cpu.cores = std::max(std::min(count_cores(root, usable), granted), 1);
  return cpu;
}

}  // namespace plim::hw
