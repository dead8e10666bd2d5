#include "sys/spawn.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <linux/close_range.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "sys/errno.hpp"
#include "sys/pipe.hpp"

namespace plim::sys {
namespace {

enum class Stage : int { setup, directory, execute };

/// What a child that could not become its program writes to the error pipe.
struct Failure {
  Stage stage = Stage::setup;
  int error = 0;
};

/// Everything the child needs, made before the fork: after it nothing may allocate or lock.
struct Plan {
  std::vector<char*> argv;
  std::vector<char*> env;
  const char* cwd = nullptr;
  const Command* command = nullptr;
  int null_in = -1;
  int output = -1;
  int failure = -1;
};

std::vector<char*> pointers(const std::vector<std::string>& strings) {
  std::vector<char*> result;
  result.reserve(strings.size() + 1);
  for (const auto& text : strings) result.push_back(const_cast<char*>(text.c_str()));
  result.push_back(nullptr);
  return result;
}

[[noreturn]] void give_up(const Plan& plan, Stage stage) {
  const Failure failure{stage, errno};
  [[maybe_unused]] const auto written = ::write(plan.failure, &failure, sizeof failure);
  ::_exit(127);
}

void check(const Plan& plan, bool worked) {
  if (!worked) give_up(plan, Stage::setup);
}

void reset_signals() {
  struct sigaction standard{};
  standard.sa_handler = SIG_DFL;
  // Ignored signals stay ignored over exec; a child without SIGPIPE's default never ends in `|
  // head`.
  for (int number = 1; number < NSIG; ++number) ::sigaction(number, &standard, nullptr);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

void limit_resources(const Plan& plan) {
  for (const auto& limit : plan.command->limits) {
    rlimit current{};
    check(plan, ::getrlimit(limit.resource, &current) == 0);
    const auto value = std::min<rlim_t>(limit.value, current.rlim_max);
    const rlimit wanted{value, value};
    check(plan, ::setrlimit(limit.resource, &wanted) == 0);
  }
}

// Courtesies: where one cannot be had the child runs without it.

void put(const char* file, std::string_view text) {
  const int fd = ::open(file, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return;
  [[maybe_unused]] const auto written = ::write(fd, text.data(), text.size());
  ::close(fd);
}

void take_place(const Command& command) {
  if (!command.group.empty()) put(command.group.c_str(), "0");  // itself
  if (command.expendable)
    ::setpriority(PRIO_PROCESS, 0, std::min(19, ::getpriority(PRIO_PROCESS, 0) + 5));
  if (command.expendable || command.killed_first) put("/proc/self/oom_score_adj", "500");
}

void place_descriptors(const Plan& plan) {
  check(plan, ::dup2(plan.null_in, STDIN_FILENO) >= 0);
  check(plan, ::dup2(plan.output, STDOUT_FILENO) >= 0);
  check(plan, ::dup2(plan.output, STDERR_FILENO) >= 0);
  // Marks all, unmarks the named: a descriptor another thread opens meanwhile cannot slip through.
  check(plan, ::syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC) == 0);
  for (const int fd : plan.command->keep_fds) check(plan, ::fcntl(fd, F_SETFD, 0) == 0);
}

void become(const void* argument) {
  const Plan& plan = *static_cast<const Plan*>(argument);
  ::setsid();
  reset_signals();
  place_descriptors(plan);
  limit_resources(plan);
  take_place(*plan.command);
  if (plan.cwd != nullptr && ::chdir(plan.cwd) != 0) give_up(plan, Stage::directory);
  ::execve(plan.argv[0], plan.argv.data(), plan.env.data());
  give_up(plan, Stage::execute);
}

Result<void> check_command(const Command& command) {
  if (command.argv.empty() || !command.argv[0].starts_with('/')) {
    return fail(Errc::invalid, "a program to start needs an absolute path, not '{}'",
                command.argv.empty() ? "" : command.argv[0]);
  }
  if (std::ranges::any_of(command.keep_fds, [](int fd) { return fd <= STDERR_FILENO; })) {
    return fail(Errc::invalid, "only descriptors from 3 on can be kept");
  }
  return {};
}

std::unexpected<Error> explain(const Failure& failure, const Command& command) {
  if (failure.stage == Stage::directory) {
    return fail_errno(failure.error, "entering {}", command.cwd.string());
  }
  if (failure.stage == Stage::execute) {
    return fail_errno(failure.error, "starting {}", command.argv[0]);
  }
  return fail_errno(failure.error, "preparing to start {}", command.argv[0]);
}

/// Blocks every signal while it lives, so that none of our handlers runs in the child.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;
  ~SignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_{};
};

Result<Supervisor> start_supervisor(const Plan& plan) {
  const SignalsBlocked blocked;
  return Supervisor::start(become, &plan);
}

/// Nothing when the child became its program.
std::optional<Failure> read_failure(int fd) {
  Failure failure;
  ssize_t got = 0;
  do {
    got = ::read(fd, &failure, sizeof failure);
  } while (got < 0 && errno == EINTR);
  if (got == sizeof failure) return failure;
  return std::nullopt;
}

}  // namespace

Result<Spawned> spawn(const Command& command) {
  TRY(check_command(command));
  UniqueFd null_fd(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  if (!null_fd) return fail_errno("opening /dev/null");
  const UniqueFd null_in = TRY(above_stdio(std::move(null_fd)));
  Pipe output = TRY(open_pipe());
  Pipe failures = TRY(open_pipe());
  if (::fcntl(output.read.get(), F_SETFL, O_NONBLOCK) != 0) return fail_errno("setting O_NONBLOCK");

  const Plan plan{.argv = pointers(command.argv),
                  .env = pointers(command.env),
                  .cwd = command.cwd.empty() ? nullptr : command.cwd.c_str(),
                  .command = &command,
                  .null_in = null_in.get(),
                  .output = output.write.get(),
                  .failure = failures.write.get()};
  auto supervisor = TRY(start_supervisor(plan));
  UniqueFd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, supervisor.child(), 0)));
  const int pidfd_error = errno;
  failures.write.reset();
  const auto failure = read_failure(failures.read.get());
  if (!failure && pidfd) {
    return Spawned{std::move(supervisor), std::move(output.read), std::move(pidfd)};
  }
  [[maybe_unused]] const auto ended = supervisor.release(longest_death);
  if (failure) return explain(*failure, command);
  return fail_errno(pidfd_error, "starting {}: pidfd_open", command.argv[0]);
}

}  // namespace plim::sys
