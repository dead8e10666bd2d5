#include "sandbox/sandbox.hpp"

#include <format>
#include <utility>

#include <sys/file.h>
#include <sys/resource.h>

#include <fcntl.h>
#include <unistd.h>

#include "sandbox/bwrap_args.hpp"
#include "sandbox/project_check.hpp"
#include "sandbox/protect.hpp"
#include "sandbox/seccomp.hpp"
#include "sandbox/self_check.hpp"
#include "sandbox/watchdog.hpp"
#include "sys/errno.hpp"
#include "sys/pipe.hpp"
#include "sys/process.hpp"

namespace plim::sandbox {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr std::size_t longest_command = (128U << 10U) - 1;  // MAX_ARG_STRLEN, with its NUL
constexpr std::uint64_t open_files = 4096;

Bytes half_of_ram() {
  const auto pages = ::sysconf(_SC_PHYS_PAGES);
  const auto page = ::sysconf(_SC_PAGESIZE);
  if (pages <= 0 || page <= 0) return 2_GiB;
  return Bytes{static_cast<std::uint64_t>(pages) / 2} * static_cast<std::uint64_t>(page);
}

Result<void> check_command(std::string_view command) {
  if (command.contains('\0')) return fail(Errc::invalid, "the command contains a NUL byte");
  if (command.size() > longest_command) {
    return fail(Errc::invalid, "the command is {}; at most 128 KiB can be run (write it to a file)",
                to_string(Bytes{command.size()}));
  }
  return {};
}

std::string shell() { return fs::exists("/bin/bash") ? "/bin/bash" : "/bin/sh"; }

/// A shell that lowers its own process limit before it runs the command. Set from outside it
/// would count all the user's processes; inside a user namespace it counts the namespace's.
/// bash calls it -u, dash -p.
std::vector<std::string> launcher(std::string_view command, unsigned processes) {
  auto script = std::format(
      "ulimit -u {0} 2>/dev/null || ulimit -p {0} 2>/dev/null; exec \"$0\" -c \"$1\"", processes);
  return {shell(), "-c", std::move(script), shell(), std::string(command)};
}

sys::Command base_command(const Policy& policy, const Limits& limits, std::string_view home) {
  return {.argv = {},
          .env = environment(policy, home),
          .cwd = policy.project,
          .keep_fds = {},
          .limits = {{RLIMIT_NOFILE, open_files},
                     {RLIMIT_CORE, 0},
                     {RLIMIT_FSIZE, limits.file_size.value}},
          .expendable = true};
}

/// bubblewrap reports an exit code over `--json-status-fd` if and only if it reached the command.
/// To be called once nothing is left that could write there.
bool command_was_reached(sys::Pipe status) {
  status.write.reset();
  std::string text(4096, '\0');
  const auto got = ::read(status.read.get(), text.data(), text.size());
  return got > 0 && text.contains("\"exit-code\"");
}

Ended ended_of(const sys::RunResult& run, Watchdog::Verdict verdict) {
  if (run.timed_out) return Ended::at_time_limit;
  if (run.status.signal == 0 || verdict == Watchdog::Verdict::fine) return Ended::by_itself;
  return verdict == Watchdog::Verdict::too_much_memory ? Ended::at_memory_limit
                                                       : Ended::at_process_limit;
}

/// Watches a started command to its end.
Result<CommandResult> supervise(sys::Process process, const Limits& limits, std::stop_token stop) {
  const auto start = Clock::now();
  const sys::UniqueFd pidfd(::fcntl(process.pidfd(), F_DUPFD_CLOEXEC, 3));
  if (!pidfd) return sys::fail_errno("watching the command");
  // Some slack, so that where the kernel counts processes itself, fork fails before this kills.
  const Watchdog watchdog(process.pid(), pidfd.get(), limits.memory, limits.processes + 8);
  auto run = TRY(sys::collect(
      std::move(process),
      {.timeout = limits.timeout, .head_bytes = limits.head_bytes, .tail_bytes = limits.tail_bytes},
      std::move(stop)));
  return CommandResult{
      .ended = ended_of(run, watchdog.verdict()),
      .exit_code = run.status.code,
      .head = std::move(run.head),
      .tail = std::move(run.tail),
      .dropped_bytes = run.dropped_bytes,
      .duration = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - start)};
}

/// Held while a command runs, by every plim on this project. The last to leave removes the empty
/// .git that bubblewrap made to mount on: removing it earlier would unmount it under another
/// command, in its namespace too.
class StubKeeper {
 public:
  explicit StubKeeper(const fs::path& project)
      : project_(::open(project.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
    if (project_) ::flock(project_.get(), LOCK_SH);
  }
  StubKeeper(const StubKeeper&) = delete;
  StubKeeper& operator=(const StubKeeper&) = delete;
  ~StubKeeper() {
    if (!made_ || ::flock(project_.get(), LOCK_EX | LOCK_NB) != 0) return;
    ::unlinkat(project_.get(), ".git", AT_REMOVEDIR);  // keeps one that is not empty
  }
  void made() { made_ = true; }

 private:
  sys::UniqueFd project_;
  bool made_ = false;
};

std::vector<std::string> fixed_args(std::vector<std::string> namespaces) {
  namespaces.append_range(std::vector<std::string>{"--die-with-parent", "--new-session",
                                                   "--cap-drop", "ALL", "--hostname", "localhost"});
  namespaces.append_range(system_view());
  return namespaces;
}

}  // namespace

std::string_view to_string(Rung rung) { return rung == Rung::confined ? "confined" : "unconfined"; }

Sandbox::Sandbox(Policy policy, Rung rung) : policy_(std::move(policy)), rung_(rung) {}

Result<Sandbox> Sandbox::open(Policy policy, std::span<const fs::path> bwrap_places) {
  policy.project = TRY(check_project(policy.project));
  Sandbox sandbox(std::move(policy), Rung::confined);
  sandbox.bwrap_ = TRY(sys::find_bwrap(bwrap_places));
  sandbox.filter_ = TRY(make_filter(sandbox.policy_.debuggers));
  // Proving the best first spares a probe where it works, which is nearly everywhere.
  const auto best = sys::all_bwrap_namespaces();
  sandbox.fixed_args_ = fixed_args(best);
  const auto proven = sandbox.prove();
  if (proven) return sandbox;
  const auto possible = TRY(sys::bwrap_namespaces(sandbox.bwrap_));
  if (possible == best) return std::unexpected(proven.error());
  sandbox.fixed_args_ = fixed_args(possible);
  TRY(sandbox.prove());
  return sandbox;
}

Sandbox Sandbox::unconfined(Policy policy) { return {std::move(policy), Rung::unconfined}; }

Result<void> Sandbox::prove() const {
  const SelfCheck check;
  const auto result = TRY(run_confined(
      check.script(), {.timeout = std::chrono::seconds(30), .memory = half_of_ram()}, {}));
  return check.judge(result.head);
}

Result<CommandResult> Sandbox::run(std::string_view shell_command, const Limits& limits,
                                   std::stop_token stop) const {
  TRY(check_command(shell_command));
  auto bounded = limits;
  if (bounded.memory == Bytes{}) bounded.memory = half_of_ram();
  return rung_ == Rung::confined ? run_confined(shell_command, bounded, std::move(stop))
                                 : run_unconfined(shell_command, bounded, std::move(stop));
}

Result<CommandResult> Sandbox::run_confined(std::string_view shell_command, const Limits& limits,
                                            std::stop_token stop) const {
  StubKeeper keeper(policy_.project);
  Protection protection;
  if (!policy_.read_only) protection = TRY(find_protection(policy_.project, policy_.frozen));
  if (!protection.missing_git.empty()) keeper.made();

  auto view = fixed_args_;
  view.append_range(project_view(policy_, protection, {limits.memory.value / 4}));
  const auto args = TRY(sys::bwrap_args_fd(view));
  const auto filter = TRY(sys::text_fd(filter_));
  auto status = TRY(sys::open_pipe());

  auto command = base_command(policy_, limits, home_inside);
  command.argv = {bwrap_.string(),
                  "--args",
                  std::to_string(args.get()),
                  "--seccomp",
                  std::to_string(filter.get()),
                  "--json-status-fd",
                  std::to_string(status.write.get()),
                  "--"};
  command.argv.append_range(launcher(shell_command, limits.processes));
  command.keep_fds = {args.get(), filter.get(), status.write.get()};

  const auto result = supervise(TRY(sys::Process::spawn(command)), limits, std::move(stop));
  if (result && result->ended == Ended::by_itself && !command_was_reached(std::move(status))) {
    return fail(Errc::io, "the sandbox could not start the command: {}", result->head);
  }
  return result;
}

Result<CommandResult> Sandbox::run_unconfined(std::string_view shell_command, const Limits& limits,
                                              std::stop_token stop) const {
  auto command =
      base_command(policy_, limits, policy_.home.empty() ? "/tmp" : policy_.home.native());
  command.argv = {shell(), "-c", std::string(shell_command)};
  return supervise(TRY(sys::Process::spawn(command)), limits, std::move(stop));
}

}  // namespace plim::sandbox
