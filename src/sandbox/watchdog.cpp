#include "sandbox/watchdog.hpp"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <format>
#include <fstream>
#include <mutex>
#include <string>
#include <vector>

#include <sys/syscall.h>

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <unistd.h>

namespace plim::sandbox {
namespace {

std::vector<pid_t> children_of(pid_t pid) {
  // A child belongs to the thread that made it; programs that fork from other threads are rare,
  // and their children still count once they lose their parent and become the init's.
  std::ifstream in(std::format("/proc/{0}/task/{0}/children", pid));
  std::vector<pid_t> result;
  for (pid_t child = 0; in >> child;) result.push_back(child);
  return result;
}

/// Resident memory without file mappings, in bytes.
Bytes anonymous_memory(pid_t pid) {
  static const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  std::ifstream in(std::format("/proc/{}/statm", pid));
  std::uint64_t total = 0;
  std::uint64_t resident = 0;
  std::uint64_t shared = 0;
  if (!(in >> total >> resident >> shared)) return {};
  return Bytes{resident} * page - Bytes{shared} * page;
}

/// The same with each page divided by its users; slower, and not always allowed.
Bytes proportional_memory(pid_t pid) {
  std::ifstream in(std::format("/proc/{}/smaps_rollup", pid));
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("Pss_Anon:")) return Bytes{std::strtoull(&line[9], nullptr, 10)} * 1024;
  }
  return anonymous_memory(pid);
}

std::vector<pid_t> tree_of(pid_t root, unsigned most) {
  std::vector<pid_t> tree{root};
  for (std::size_t next = 0; next < tree.size() && tree.size() <= most; ++next) {
    tree.append_range(children_of(tree[next]));
  }
  return tree;
}

Bytes sum(const std::vector<pid_t>& tree, Bytes (*memory_of)(pid_t)) {
  Bytes total;
  for (const pid_t pid : tree) total += memory_of(pid);
  return total;
}

Watchdog::Verdict judge(pid_t root, Bytes memory, unsigned processes) {
  const auto tree = tree_of(root, processes);
  if (tree.size() > processes) return Watchdog::Verdict::too_many_processes;
  // The cheap sum is never too small, so the dear one is asked for only when it matters.
  if (sum(tree, anonymous_memory) <= memory || sum(tree, proportional_memory) <= memory) {
    return Watchdog::Verdict::fine;
  }
  return Watchdog::Verdict::too_much_memory;
}

}  // namespace

Watchdog::Watchdog(pid_t root, int pidfd, Bytes memory, unsigned processes)
    : root_(root),
      pidfd_(pidfd),
      memory_(memory),
      processes_(processes),
      loop_([this](std::stop_token stop) { run(stop); }) {}

void Watchdog::run(std::stop_token stop) {
  // Root, whom the kernel exempts from its limit of processes, may do this and needs it: a fork
  // bomb would starve the one thread that ends it. Others are refused, and lose nothing.
  const sched_param first{.sched_priority = 1};
  ::pthread_setschedparam(::pthread_self(), SCHED_RR, &first);
  std::mutex mutex;
  std::condition_variable_any pause;
  std::unique_lock lock(mutex);
  while (verdict_ == Verdict::fine) {
    pause.wait_for(lock, stop, std::chrono::milliseconds(10), [] { return false; });
    if (stop.stop_requested()) return;
    verdict_ = judge(root_, memory_, processes_);
  }
  // The namespace ends with its first process, which must not wait its turn among thousands.
  for (const pid_t first_process : children_of(root_)) {
    ::sched_setscheduler(first_process, SCHED_RR, &first);
    ::kill(first_process, SIGKILL);
  }
  ::syscall(SYS_pidfd_send_signal, pidfd_, SIGKILL, nullptr, 0);
}

}  // namespace plim::sandbox
