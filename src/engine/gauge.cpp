#include "engine/gauge.hpp"

#include <algorithm>
#include <format>
#include <ranges>
#include <set>
#include <sstream>
#include <utility>

#include "hw/fdinfo.hpp"
#include "hw/memory.hpp"
#include "hw/text_file.hpp"

namespace plim::engine {
namespace {

namespace fs = std::filesystem;

constexpr Bytes worth_naming = 64_MiB;
constexpr std::uint64_t page_size = 4096;  // x86-64 and most arm64 kernels

fs::path proc(const fs::path& root, std::int64_t pid) {
  return root / "proc" / std::to_string(pid);
}

/// "VmSwap:	     123 kB" of a status file.
Bytes kib_field(std::string_view status, std::string_view key) {
  auto value = hw::field_of(status, key, ':');
  if (value.ends_with(" kB")) value.remove_suffix(3);
  return Bytes{hw::to_number<std::uint64_t>(hw::trim(value)).value_or(0) << 10U};
}

// Fields behind the command's name, which may hold spaces and brackets itself.
void read_stat(const fs::path& dir, Reading& reading) {
  const auto text = hw::read_text(dir / "stat").value_or("");
  const auto end = text.rfind(") ");
  if (end == std::string::npos) return;
  std::istringstream fields(text.substr(end + 2));
  std::vector<std::string> values;
  for (std::string value; fields >> value;) values.push_back(value);
  if (values.size() < 13) return;
  const auto number = [&](std::size_t index) {
    return hw::to_number<std::uint64_t>(values[index]).value_or(0);
  };
  reading.state = values[0].front();
  reading.major_faults = number(9);
  reading.cpu_ticks = number(11) + number(12);
}

// Each thread's schedstat: nanoseconds on a processor, waiting for one, and how often.
std::uint64_t read_waited(const fs::path& dir) {
  std::uint64_t sum = 0;
  std::error_code error;
  for (const auto& task : fs::directory_iterator(dir / "task", error)) {
    std::istringstream values(hw::read_text(task.path() / "schedstat").value_or(""));
    std::uint64_t on = 0;
    std::uint64_t waited = 0;
    if (values >> on >> waited) sum += waited;
  }
  return sum / 1'000'000;
}

/// "some avg10=1.23 avg60=…": the first number.
double read_stall(const fs::path& file) {
  const auto text = hw::read_text(file).value_or("");
  constexpr std::string_view label = "some avg10=";
  const auto found = text.find(label);
  if (found == std::string::npos) return 0;
  double value = 0;
  const auto* const begin = text.data() + found + label.size();
  return std::from_chars(begin, text.data() + text.size(), value).ec == std::errc() ? value : 0;
}

// Version 1's "4:memory:/a/b", else version 2's "0::/a/b".
fs::path oom_counter(const fs::path& root, std::int64_t pid) {
  fs::path unified;
  std::istringstream lines(hw::read_text(proc(root, pid) / "cgroup").value_or(""));
  for (std::string line; std::getline(lines, line);) {
    const auto path = fs::path(line.substr(line.rfind(':') + 1)).relative_path();
    if (line.contains(":memory:"))
      return root / "sys/fs/cgroup/memory" / path / "memory.oom_control";
    if (line.starts_with("0::")) unified = root / "sys/fs/cgroup" / path / "memory.events";
  }
  return unified;
}

std::string name_of(const fs::path& root, std::int64_t pid) {
  return hw::read_text(proc(root, pid) / "comm").value_or("a process");
}

/// What the process holds of one DRM device; a client seen through several descriptors once.
void add_own(const fs::path& root, std::int64_t pid, const std::string& pci,
             DeviceReading& device) {
  std::set<std::string> seen;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(proc(root, pid) / "fdinfo", error)) {
    const auto text = hw::read_text(entry.path());
    const auto client = text ? hw::parse_fdinfo(*text) : std::nullopt;
    if (!client || client->pci != pci || !seen.insert(client->client).second) continue;
    device.own = device.own.value_or(Bytes{}) + client->local;
    device.own_shared += client->shared;
    device.own_evicted += client->evicted;
  }
}

}  // namespace

std::uint64_t read_oom_kills(const fs::path& counter) {
  const auto events = hw::read_text(counter).value_or("");
  return hw::to_number<std::uint64_t>(hw::field_of(events, "oom_kill", ' ')).value_or(0);
}

std::int64_t find_engine(const fs::path& root, std::int64_t root_pid) {
  if (name_of(root, root_pid).starts_with("llama-server")) return root_pid;
  std::error_code error;
  for (const auto& task : fs::directory_iterator(proc(root, root_pid) / "task", error)) {
    std::istringstream children(hw::read_text(task.path() / "children").value_or(""));
    for (std::int64_t child = 0; children >> child;) {
      const auto found = find_engine(root, child);
      if (name_of(root, found).starts_with("llama-server")) return found;
    }
  }
  return root_pid;
}

Gauge::Gauge(GaugeOptions options)
    : options_(std::move(options)),
      nvml_(options_.gpu.empty() ? std::string() : options_.nvml_library) {}

Reading Gauge::read(std::int64_t pid) const {
  Reading reading;
  const auto dir = proc(options_.root, pid);
  read_stat(dir, reading);
  reading.waited_ms = read_waited(dir);
  const auto status = hw::read_text(dir / "status").value_or("");
  reading.resident = kib_field(status, "VmRSS");
  reading.swapped = kib_field(status, "VmSwap");
  if (const auto memory = hw::read_memory(options_.root))
    reading.host_available = memory->memory.usable();
  reading.memory_stall = read_stall(options_.root / "proc/pressure/memory");
  reading.cpu_stall = read_stall(options_.root / "proc/pressure/cpu");
  reading.oom_counter = oom_counter(options_.root, pid);
  reading.oom_kills = read_oom_kills(reading.oom_counter);
  if (!options_.gpu.empty()) reading.device = read_device(pid);
  return reading;
}

std::optional<DeviceReading> Gauge::read_device(std::int64_t pid) const {
  if (!options_.nvml_library.empty()) {
    const auto nvidia = hw::read_nvml(options_.nvml_library, options_.root);
    const auto gpu = std::ranges::find(nvidia.gpus, options_.gpu, &hw::Gpu::pci);
    if (gpu != nvidia.gpus.end()) {
      DeviceReading device{.total = gpu->total, .free = gpu->free};
      const auto own = std::ranges::find(gpu->processes, pid, &hw::GpuProcess::pid);
      if (own != gpu->processes.end()) device.own = own->bytes;
      return device;
    }
  }
  const auto sysfs = options_.root / "sys/bus/pci/devices" / options_.gpu;
  const auto total = hw::read_number(sysfs / "mem_info_vram_total");
  const auto used = hw::read_number(sysfs / "mem_info_vram_used");
  if (!total || !used) return std::nullopt;
  DeviceReading device{.total = Bytes{*total}, .free = Bytes{*total} - Bytes{*used}};
  add_own(options_.root, pid, options_.gpu, device);
  return device;
}

Gauge::Residents Gauge::residents(std::int64_t engine) const {
  Residents found;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(options_.root / "proc", error)) {
    const auto pid = hw::to_number<std::int64_t>(entry.path().filename().string());
    if (!pid || *pid == engine) continue;
    std::istringstream statm(hw::read_text(entry.path() / "statm").value_or(""));
    std::uint64_t size = 0;
    std::uint64_t resident = 0;
    if (statm >> size >> resident) found[*pid] = Bytes{resident * page_size};
  }
  return found;
}

std::string Gauge::taker(const Residents& before, std::int64_t engine) const {
  std::pair<std::int64_t, Bytes> most;
  for (const auto& [pid, bytes] : residents(engine)) {
    const auto old = before.find(pid);
    const auto grown = bytes - (old == before.end() ? Bytes{} : old->second);
    if (grown > most.second) most = {pid, grown};
  }
  if (most.second < worth_naming) return {};
  return std::format("{} (pid {}) took {}", name_of(options_.root, most.first), most.first,
                     to_string(most.second));
}

}  // namespace plim::engine
