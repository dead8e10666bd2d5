#pragma once

#include <filesystem>

#include <sys/types.h>

#include "base/error.hpp"
#include "base/units.hpp"

namespace plim::sys {

/// A control group (v2) that bounds the memory of what runs in it: beyond its limit the kernel
/// kills that and nothing else. Gone with the object, which its processes must not outlive.
class MemoryGroup {
 public:
  /// Makes one below the nearest group that this user may divide: this process's own, or one above.
  ///
  /// `root` holds proc/ and sys/; tests hand in a tree of files.
  /// Errors: not_found, saying what is missing here.
  /// Source: Linux admin-guide/cgroup-v2.rst, "Delegation".
  [[nodiscard]] static Result<MemoryGroup> make(const std::filesystem::path& root, Bytes limit);

  MemoryGroup(MemoryGroup&& other) noexcept;
  MemoryGroup& operator=(MemoryGroup&&) = delete;
  MemoryGroup(const MemoryGroup&) = delete;
  MemoryGroup& operator=(const MemoryGroup&) = delete;
  ~MemoryGroup();

  /// For Command::group.
  [[nodiscard]] std::filesystem::path processes() const { return dir_ / "cgroup.procs"; }
  [[nodiscard]] Bytes limit() const { return limit_; }
  /// Whether that process is in it.
  [[nodiscard]] bool holds(pid_t pid) const;

 private:
  MemoryGroup(std::filesystem::path root, std::filesystem::path dir, Bytes limit);

  std::filesystem::path root_;
  std::filesystem::path dir_;
  Bytes limit_;
};

}  // namespace plim::sys
