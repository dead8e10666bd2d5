#include "sandbox/bwrap_status.hpp"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <utility>

#include <sys/syscall.h>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "sys/errno.hpp"

namespace plim::sandbox {
namespace {

/// Far beyond what either wait takes on a machine that works; then they are given up.
constexpr int longest_wait_ms = 10'000;

bool wait_readable(int fd) {
  pollfd waiting{fd, POLLIN, 0};
  int ready = 0;
  do {
    ready = ::poll(&waiting, 1, longest_wait_ms);
  } while (ready < 0 && errno == EINTR);
  return ready > 0;
}

}  // namespace

BwrapStatus::BwrapStatus(sys::UniqueFd read, sys::UniqueFd write)
    : read_(std::move(read)), write_(std::move(write)) {}

Result<BwrapStatus> BwrapStatus::open() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return sys::fail_errno("opening a pipe");
  return BwrapStatus(sys::UniqueFd(ends[0]), sys::UniqueFd(ends[1]));
}

bool BwrapStatus::read_more() {
  std::array<char, 512> chunk;
  if (text_.size() > 4096 || !wait_readable(read_.get())) return false;
  const auto got = ::read(read_.get(), chunk.data(), chunk.size());
  if (got > 0) text_.append(chunk.data(), static_cast<std::size_t>(got));
  return got > 0;
}

void BwrapStatus::started() {
  constexpr std::string_view key = "\"child-pid\": ";
  write_.reset();
  while (!text_.contains('\n') && read_more()) {
  }
  const auto at = text_.find(key);
  if (at == std::string::npos) return;
  const auto pid = std::strtol(text_.c_str() + at + key.size(), nullptr, 10);
  first_process_.reset(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
}

void BwrapStatus::wait_until_empty() {
  // It dies with bubblewrap, unless bubblewrap was killed while it still prepared the namespace.
  if (first_process_) {
    ::syscall(SYS_pidfd_send_signal, first_process_.get(), SIGKILL, nullptr, 0);
    wait_readable(first_process_.get());
  }
  while (read_more()) {
  }
}

}  // namespace plim::sandbox
