#include "sys/memory_group.hpp"

#include <atomic>
#include <format>
#include <fstream>
#include <optional>
#include <string>
#include <utility>

#include <unistd.h>

namespace plim::sys {
namespace {

namespace fs = std::filesystem;

/// The v2 group of a process, relative to the mount.
std::optional<fs::path> group_of(const fs::path& root, const std::string& pid) {
  std::ifstream in(root / "proc" / pid / "cgroup");
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("0::/")) return fs::path(line.substr(4));
  }
  return std::nullopt;
}

bool hands_memory_down(const fs::path& group) {
  std::ifstream in(group / "cgroup.subtree_control");
  for (std::string controller; in >> controller;) {
    if (controller == "memory") return true;
  }
  return false;
}

bool write(const fs::path& file, const std::string& value) {
  std::ofstream out(file);
  out << value;
  out.close();
  return !out.fail();
}

/// A new group in `parent`, bounded; empty where that is not ours to make.
fs::path divide(const fs::path& parent, Bytes limit) {
  static std::atomic<int> count = 0;
  auto dir = parent / std::format("plim-{}-{}", ::getpid(), ++count);
  std::error_code error;
  if (!fs::create_directory(dir, error)) return {};
  if (write(dir / "memory.max", std::to_string(limit.value))) {
    // All of it goes at once, and none of it to the swap that others wait for.
    write(dir / "memory.oom.group", "1");
    write(dir / "memory.swap.max", "0");
    return dir;
  }
  fs::remove(dir, error);
  return {};
}

}  // namespace

Result<MemoryGroup> MemoryGroup::make(const fs::path& root, Bytes limit) {
  const auto mount = root / "sys/fs/cgroup";
  std::error_code ignored;
  if (!fs::exists(mount / "cgroup.controllers", ignored)) {
    return fail(Errc::not_found, "this system has no control groups of version 2");
  }
  auto group = group_of(root, "self");
  if (!group) return fail(Errc::not_found, "this process is in no control group of version 2");
  for (auto at = *group;; at = at.parent_path()) {
    const auto parent = mount / at;
    if (hands_memory_down(parent)) {
      auto dir = divide(parent, limit);
      if (!dir.empty()) return MemoryGroup(root, std::move(dir), limit);
    }
    if (at.empty()) break;
  }
  return fail(Errc::not_found,
              "no control group above this process is this user's to divide (a systemd user "
              "session has one)");
}

MemoryGroup::MemoryGroup(fs::path root, fs::path dir, Bytes limit)
    : root_(std::move(root)), dir_(std::move(dir)), limit_(limit) {}

MemoryGroup::MemoryGroup(MemoryGroup&& other) noexcept
    : root_(std::move(other.root_)), dir_(std::exchange(other.dir_, {})), limit_(other.limit_) {}

MemoryGroup::~MemoryGroup() {
  std::error_code ignored;
  if (!dir_.empty()) fs::remove(dir_, ignored);
}

bool MemoryGroup::holds(pid_t pid) const {
  const auto group = group_of(root_, std::to_string(pid));
  return group && root_ / "sys/fs/cgroup" / *group == dir_;
}

}  // namespace plim::sys
