#include "hw/memory.hpp"

#include <algorithm>
#include <ranges>
#include <string_view>

#include "hw/text_file.hpp"

namespace plim::hw {
namespace {

namespace fs = std::filesystem;

/// One of meminfo's "MemTotal:  24684032 kB".
std::optional<Bytes> meminfo_field(std::string_view meminfo, std::string_view key) {
  auto value = field_of(meminfo, key, ':');
  if (value.ends_with(" kB")) value.remove_suffix(3);
  const auto kib = to_number<std::uint64_t>(value);
  if (!kib || *kib > (1ULL << 50U)) return std::nullopt;
  return Bytes{*kib << 10U};
}

/// File names of the two hierarchies.
struct Hierarchy {
  fs::path mount;
  std::string limit, used, inactive;
};

/// `stat` keys are "inactive_file 1234".
Bytes reclaimable(const fs::path& group, const std::string& key) {
  const auto stat = read_text(group / "memory.stat");
  if (!stat) return {};
  return Bytes{to_number<std::uint64_t>(field_of(*stat, key, ' ')).value_or(0)};
}

std::optional<MemoryLimit> limit_of(const Hierarchy& files, const fs::path& group) {
  const auto limit = read_number(files.mount / group / files.limit);
  const auto used = read_number(files.mount / group / files.used);
  // v1 writes "no limit" as a number near 2^63.
  if (!limit || !used || *limit >= (1ULL << 60U)) return std::nullopt;
  const auto kept = Bytes{*used} - reclaimable(files.mount / group, files.inactive);
  return MemoryLimit{.group = "/" + group.string(), .limit = Bytes{*limit}, .used = kept};
}

/// The group and each above it; the one that leaves least binds.
std::optional<MemoryLimit> tightest(const Hierarchy& files, fs::path group) {
  std::optional<MemoryLimit> found;
  for (;;) {
    const auto limit = limit_of(files, group);
    const bool tighter =
        limit && (!found || limit->limit - limit->used < found->limit - found->used);
    if (tighter) found = limit;
    if (group.empty()) return found;
    group = group.parent_path();
  }
}

/// This process's group from "0::/user.slice/x" (v2) or "9:memory:/docker/x" (v1), relative.
std::optional<fs::path> own_group(std::string_view cgroup, std::string_view controller) {
  for (const auto part : std::views::split(cgroup, '\n')) {
    const auto id = split_field(std::string_view(part), ':');
    const auto rest = id ? split_field(id->value, ':') : std::nullopt;
    if (!rest || rest->key != controller) continue;
    return fs::path(rest->value).relative_path().lexically_normal();
  }
  return std::nullopt;
}

std::optional<MemoryLimit> read_limit(const fs::path& root, std::string_view cgroup) {
  const Hierarchy v1{root / "sys/fs/cgroup/memory", "memory.limit_in_bytes",
                     "memory.usage_in_bytes", "total_inactive_file"};
  if (const auto group = own_group(cgroup, "memory")) return tightest(v1, *group);
  const Hierarchy v2{root / "sys/fs/cgroup", "memory.max", "memory.current", "inactive_file"};
  const auto group = own_group(cgroup, "");
  return group ? tightest(v2, *group) : std::nullopt;
}

}  // namespace

Result<MemoryReading> read_memory(const fs::path& root) {
  const auto meminfo = read_text(root / "proc/meminfo");
  if (!meminfo) return fail(Errc::io, "{} cannot be read", (root / "proc/meminfo").string());
  const auto total = meminfo_field(*meminfo, "MemTotal");
  const auto available = meminfo_field(*meminfo, "MemAvailable");
  if (!total || !available) {
    return fail(Errc::io, "{} does not state MemTotal and MemAvailable",
                (root / "proc/meminfo").string());
  }
  MemoryReading reading{.memory = {.total = *total, .available = *available}};
  const auto cgroup = read_text(root / "proc/self/cgroup");
  if (cgroup) {
    reading.memory.limit = read_limit(root, *cgroup);
  } else {
    reading.notes.push_back({"cgroup", "A memory limit on this process, if any, cannot be read."});
  }
  return reading;
}

}  // namespace plim::hw
