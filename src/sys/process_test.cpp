#include "sys/process.hpp"

#include <fstream>
#include <future>
#include <thread>

#include <sys/resource.h>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "sys/errno.hpp"

namespace plim::sys {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;

Command shell(const std::string& script) {
  return {.argv = {"/bin/sh", "-c", script}, .env = {"PATH=/usr/bin:/bin"}};
}

std::string output_of(const Command& command) {
  const auto result = run(command, {});
  return result ? result->head : "error: " + result.error().message;
}

/// True once `pid` is gone or a zombie; asks up to a minute.
bool dies(pid_t pid) {
  for (int tries = 0; tries < 6000; ++tries) {
    std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
    std::string id;
    std::string name;
    std::string state;
    if (!(stat >> id >> name >> state) || state == "Z" || state == "X") return true;
    ::poll(nullptr, 0, 10);
  }
  return false;
}

/// Reads one line the child printed.
std::string read_line(const Process& process) {
  std::string line;
  char letter = 0;
  pollfd waiting{process.output(), POLLIN, 0};
  while (::poll(&waiting, 1, 60'000) > 0 && ::read(process.output(), &letter, 1) == 1) {
    if (letter == '\n') break;
    line += letter;
  }
  return line;
}

TEST(Run, ReportsTheExitCodeAndBothStreamsInOrder) {
  const auto result = run(shell("echo out; echo err >&2; exit 7"), {});
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->head, "out\nerr\n");
  EXPECT_EQ(result->tail, "");
  EXPECT_EQ(result->status, (ExitStatus{.code = 7, .signal = 0}));
  EXPECT_FALSE(result->timed_out);
}

TEST(Run, ReportsTheSignalThatKilledTheChild) {
  const auto result = run(shell("kill -SEGV $$"), {});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->status, (ExitStatus{.code = 128 + SIGSEGV, .signal = SIGSEGV}));
}

TEST(Run, GivesTheChildTheNamedEnvironmentAndNothingElse) {
  ::setenv("PLIM_CANARY", "leaked", 1);
  EXPECT_EQ(output_of({.argv = {"/usr/bin/env"}, .env = {"A=1", "B=two words"}}),
            "A=1\nB=two words\n");
  ::unsetenv("PLIM_CANARY");
}

TEST(Run, GivesTheChildAnEmptyInputAndNoTerminal) {
  EXPECT_EQ(output_of(shell("cat; (: < /dev/tty) 2>/dev/null || echo none")), "none\n");
}

TEST(Run, ClosesEveryDescriptorThatIsNotNamed) {
  const UniqueFd secret(::open("/dev/zero", O_RDONLY));  // no close-on-exec
  const UniqueFd kept(::open("/dev/full", O_RDONLY | O_CLOEXEC));
  auto command = shell("readlink /proc/self/fd/* | grep -c zero; readlink /proc/self/fd/" +
                       std::to_string(kept.get()));
  command.keep_fds = {kept.get()};
  EXPECT_EQ(output_of(command), "0\n/dev/full\n");
}

TEST(Run, ResetsIgnoredAndBlockedSignals) {
  ::signal(SIGPIPE, SIG_IGN);
  const auto masks = output_of(shell("grep -E '^Sig(Blk|Ign):' /proc/self/status"));
  ::signal(SIGPIPE, SIG_DFL);
  EXPECT_EQ(masks, "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
}

TEST(Run, StartsInTheNamedFolderWithTheNamedLimits) {
  auto command = shell("pwd; ulimit -n; ulimit -c; cat /proc/self/oom_score_adj");
  command.expendable = true;
  command.cwd = "/usr";
  command.limits = {{RLIMIT_NOFILE, 77}, {RLIMIT_CORE, 0}};
  EXPECT_EQ(output_of(command), "/usr\n77\n0\n500\n");
}

TEST(Run, LetsTheKernelPickAnEngineFirstWithoutSlowingIt) {
  auto command = shell("cat /proc/self/oom_score_adj; nice");
  const auto plain = output_of(shell("nice"));
  command.killed_first = true;
  EXPECT_EQ(output_of(command), "500\n" + plain);
}

TEST(Run, KeepsTheHeadAndTheTailOfEndlessOutput) {
  const RunLimits limits{.timeout = minutes(5), .head_bytes = 6, .tail_bytes = 5};
  const auto result = run(shell("echo first; yes | head -c 1000000; echo last"), limits);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->head, "first\n");
  EXPECT_EQ(result->tail, "last\n");
  EXPECT_EQ(result->dropped_bytes, 1'000'000U);
}

TEST(Run, StaysSmallWhileACommandPrintsAGigabyte) {
  const auto result = run(shell("head -c 1073741824 /dev/zero"), {.timeout = minutes(5)});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->status, ExitStatus{});
  EXPECT_EQ(result->head.size(), 512U << 10U);
  EXPECT_EQ(result->tail.size(), 512U << 10U);
  EXPECT_EQ(result->dropped_bytes, (1U << 30U) - (1U << 20U));
  EXPECT_LE(result->tail.capacity(), 4U << 20U);
}

TEST(Run, KillsACommandThatNeverEndsAndKeepsWhatItSaid) {
  const auto result = run(shell("trap '' TERM; echo hello; while :; do sleep 1000; done"),
                          {.timeout = milliseconds(300)});
  ASSERT_TRUE(result);
  EXPECT_TRUE(result->timed_out);
  EXPECT_EQ(result->head, "hello\n");
  EXPECT_EQ(result->status.signal, SIGKILL);
}

TEST(Run, EndsWithTheChildAlthoughAGrandchildHoldsItsOutput) {
  const auto result = run(shell("sleep 1000 & echo $!"), {.timeout = minutes(5)});
  ASSERT_TRUE(result);
  EXPECT_FALSE(result->timed_out);
  EXPECT_TRUE(dies(std::stoi(result->head)));
}

TEST(Run, EndsWhatFledIntoASessionOfItsOwn) {
  const auto result = run(shell("setsid sleep 1000 >&- 2>&- & echo $!"), {.timeout = minutes(5)});
  ASSERT_TRUE(result);
  const pid_t fled = std::stoi(result->head);
  EXPECT_EQ(::kill(fled, 0), -1) << "it must be gone, not dying, when run() returns";
  EXPECT_EQ(errno, ESRCH);
}

TEST(Run, LetsGoOfOrphansThatEndWhileTheChildGoesOn) {
  // Each subshell leaves an orphan that ends at once; kept, they would be this many zombies.
  const auto zombies = output_of(
      shell("i=0; while [ $i -lt 50 ]; do (true & ) ; i=$((i+1)); done; sleep 0.2;"
            "cat /proc/[0-9]*/stat 2>/dev/null | awk -v up=\"$(ps -o ppid= $$ 2>/dev/null)\" "
            "'$3 == \"Z\" && $4 == up+0 {n++} END {print n+0}'"));
  EXPECT_EQ(zombies, "0\n");
}

TEST(Run, WaitsForAChildThatClosedItsOutputEarly) {
  const auto result = run(shell("exec >&- 2>&-; sleep 0.2; exit 3"), {.timeout = minutes(5)});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->status.code, 3);
}

TEST(Run, StopsAtOnceWhenAskedTo) {
  std::stop_source source;
  auto running = std::async(std::launch::async, [&] {
    return run(shell("sleep 1000"), {.timeout = minutes(60)}, source.get_token());
  });
  source.request_stop();
  const auto result = running.get();  // would last an hour
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::cancelled);
}

TEST(Run, SaysWhatIsMissing) {
  const auto program = run({.argv = {"/nowhere/plimsoll"}}, {});
  ASSERT_FALSE(program);
  EXPECT_EQ(program.error().code, Errc::not_found);
  EXPECT_EQ(program.error().message, "starting /nowhere/plimsoll: No such file or directory");

  const auto folder = run({.argv = {"/bin/sh"}, .cwd = "/nowhere"}, {});
  ASSERT_FALSE(folder);
  EXPECT_EQ(folder.error().message, "entering /nowhere: No such file or directory");

  const auto relative = run({.argv = {"sh"}}, {});
  ASSERT_FALSE(relative);
  EXPECT_EQ(relative.error().code, Errc::invalid);

  const auto not_a_program = run({.argv = {"/etc/passwd"}}, {});
  ASSERT_FALSE(not_a_program);
  EXPECT_EQ(not_a_program.error().code, Errc::denied);
}

TEST(Process, KillsItsWholeGroupWhenDestroyed) {
  pid_t grandchild = 0;
  {
    const auto process = Process::spawn(shell("sleep 1000 & echo $!; wait"));
    ASSERT_TRUE(process);
    grandchild = std::stoi(read_line(*process));
  }
  EXPECT_TRUE(dies(grandchild));
}

TEST(Process, IsGivenTimeToEndBeforeItIsKilled) {
  auto polite = Process::spawn(shell("trap 'exit 5' TERM; echo up; while :; do sleep 0.01; done"));
  ASSERT_TRUE(polite);
  EXPECT_EQ(read_line(*polite), "up");
  EXPECT_EQ(polite->terminate(minutes(5)), (ExitStatus{.code = 5, .signal = 0}));

  auto stubborn = Process::spawn(shell("trap '' TERM; echo up; while :; do sleep 1000; done"));
  ASSERT_TRUE(stubborn);
  EXPECT_EQ(read_line(*stubborn), "up");
  EXPECT_EQ(stubborn->terminate(milliseconds(50)).signal, SIGKILL);
  EXPECT_EQ(stubborn->terminate(minutes(5)).signal, SIGKILL) << "asking again waits for nothing";
}

TEST(Process, WaitsNoLongerThanAskedAndNotAfterAStop) {
  auto process = Process::spawn(shell("sleep 1000"));
  ASSERT_TRUE(process);
  EXPECT_EQ(process->wait(milliseconds(20)), std::nullopt);
  std::stop_source source;
  std::jthread asker([&] { source.request_stop(); });
  EXPECT_EQ(process->wait(minutes(60), source.get_token()), std::nullopt);
}

TEST(Process, OutlivesTheThreadThatSpawnedIt) {
  auto process = std::async(std::launch::async, [] {
                   return Process::spawn(shell("read line < /dev/stdin; sleep 0.3; echo alive"));
                 }).get();  // that thread is gone now; PDEATHSIG must not have fired
  ASSERT_TRUE(process);
  EXPECT_EQ(read_line(*process), "alive");
}

/// Makes a copy of this program, started with this variable, one that dies with a child.
constexpr auto die_early = "PLIM_TEST_DIE_WITH_A_CHILD=1";

const bool died_early = [] {
  if (::getenv("PLIM_TEST_DIE_WITH_A_CHILD") == nullptr) return false;
  const auto sleeper = Process::spawn(shell("setsid sleep 1000 & echo $!; wait"));
  const auto line = sleeper ? read_line(*sleeper) + "\n" : "-1\n";
  if (::write(STDOUT_FILENO, line.data(), line.size()) > 0) ::kill(::getpid(), SIGKILL);
  return true;
}();

TEST(Process, DiesWithItsParentHoweverThatDies) {
  const auto result =
      run({.argv = {"/proc/self/exe"}, .env = {die_early}}, {.timeout = minutes(5)});
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->status.signal, SIGKILL) << result->head;
  const pid_t orphan = std::stoi(result->head);
  ASSERT_GT(orphan, 0);
  EXPECT_TRUE(dies(orphan));
}

TEST(Process, SpawnsFromManyThreadsAtOnce) {
  std::vector<std::future<std::string>> outputs;
  for (int i = 0; i < 8; ++i) {
    outputs.push_back(std::async(std::launch::async, [i] {
      std::string all;
      for (int j = 0; j < 5; ++j) all += output_of(shell("echo " + std::to_string(i)));
      return all;
    }));
  }
  for (int i = 0; i < 8; ++i) {
    std::string expected;
    for (int j = 0; j < 5; ++j) expected += std::to_string(i) + "\n";
    EXPECT_EQ(outputs[static_cast<std::size_t>(i)].get(), expected);
  }
}

TEST(FindProgram, LooksOnlyInAbsoluteFolders) {
  EXPECT_EQ(find_program("sh", ".::bin:/nowhere:/bin").value_or(""), "/bin/sh");
  EXPECT_EQ(find_program("/bin/sh", "").value_or(""), "/bin/sh");
  const auto folder = find_program("bin", "/usr");
  ASSERT_FALSE(folder);
  EXPECT_EQ(folder.error(), (Error{Errc::not_found, "bin is not installed (looked in /usr)"}));
  EXPECT_FALSE(find_program("", "/usr"));
}

TEST(Errno, NamesTheStepAndTheCause) {
  errno = ENOSPC;
  const std::unexpected<Error> error = fail_errno("writing {}", "a.txt");
  EXPECT_EQ(error.error(), (Error{Errc::capacity, "writing a.txt: No space left on device"}));
}

}  // namespace
}  // namespace plim::sys
