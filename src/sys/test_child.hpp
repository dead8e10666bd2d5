#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <thread>

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <signal.h>
#include <unistd.h>

namespace plim::sys {

/// For tests: runs `work` in a forked child for as long as `while_it_runs` takes, then kills the
/// child with SIGKILL, as a power button would. Fork only from a single-threaded test.
inline void kill_while_running(const std::function<void()>& work,
                               const std::function<void()>& while_it_runs) {
  const pid_t child = ::fork();
  if (child == 0) {
    work();
    ::_exit(0);
  }
  while_it_runs();
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
}

/// The same at a moment that depends on `seed`: odd ones first wait (10 s at most) until
/// `has_begun`, so that some kills meet the work under way however slow the machine is.
inline void kill_at_some_point(const std::function<void()>& work,
                               const std::function<bool()>& has_begun, unsigned seed) {
  kill_while_running(work, [&] {
    const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (seed % 2 == 1 && !has_begun() && std::chrono::steady_clock::now() < limit) {
      std::this_thread::yield();
    }
    std::this_thread::sleep_for(std::chrono::microseconds(100 + (seed * 7919U) % 8000U));
  });
}

/// For tests: runs `work` in a forked child to its end and returns the exit code it returned.
inline int run_in_child(const std::function<int()>& work) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(work());
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

inline bool make_fifo(const std::filesystem::path& path) {
  return ::mkfifo(path.c_str(), 0600) == 0;
}

/// For tests: files may not grow beyond `bytes` from here on; a full disk that needs no mount.
inline void limit_file_size(unsigned long bytes) {
  ::signal(SIGXFSZ, SIG_IGN);
  const rlimit limit{.rlim_cur = bytes, .rlim_max = bytes};
  ::setrlimit(RLIMIT_FSIZE, &limit);
}

}  // namespace plim::sys
