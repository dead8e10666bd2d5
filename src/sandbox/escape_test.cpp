// Each test is an attack that works against some sandbox of this kind; see the research on what
// others' were defeated by. A command here is as hostile as a model can be talked into.
#include <array>
#include <cerrno>
#include <cstdlib>
#include <string>

#include <linux/keyctl.h>
#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include "sandbox/sandbox.hpp"
#include "sandbox/test_project.hpp"
#include "sys/errno.hpp"
#include "sys/process.hpp"
#include "sys/unique_fd.hpp"

namespace plim::sandbox {
namespace {

namespace fs = std::filesystem;
using std::chrono::minutes;

/// A host's listener that no confined command may reach.
class Listener {
 public:
  explicit Listener(const fs::path& socket_file) : fd_(::socket(AF_UNIX, SOCK_STREAM, 0)) {
    sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
    socket_file.native().copy(address.sun_path, sizeof address.sun_path - 1);
    listen_at(reinterpret_cast<const sockaddr*>(&address), sizeof address);
  }
  Listener() : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    listen_at(reinterpret_cast<const sockaddr*>(&address), sizeof address);
  }
  [[nodiscard]] std::string port() const {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    ::getsockname(fd_.get(), reinterpret_cast<sockaddr*>(&address), &size);
    return std::to_string(ntohs(address.sin_port));
  }

 private:
  void listen_at(const sockaddr* address, socklen_t size) const {
    EXPECT_EQ(::bind(fd_.get(), address, size), 0) << sys::errno_text(errno);
    EXPECT_EQ(::listen(fd_.get(), 4), 0);
  }
  sys::UniqueFd fd_;
};

TEST(Escape, CannotWriteOutsideTheProject) {
  const TestProject project;
  const auto sandbox = open_or_die({.project = project.root()});
  const auto targets = {
      "/usr/x", "/etc/x", "/x", "/dev/x", "/sys/x", "/home/x", "/proc/sys/kernel/core_pattern"};
  for (const auto& target : targets) {
    EXPECT_EQ(say(sandbox, "(: >> " + std::string(target) + ") 2>/dev/null"), "exit 1\n") << target;
  }
  // What it may write beside the project lies in a /tmp of its own.
  const auto outside = project.outside().string();
  EXPECT_EQ(
      say(sandbox, "ls ..; mkdir -p " + outside + "; echo x > " + outside + "/y; echo x > ../z"),
      "project\n");
  EXPECT_TRUE(fs::is_empty(project.outside()));
  EXPECT_FALSE(fs::exists(project.root() / "../z"));
}

TEST(Escape, CannotSeeHomesOrOtherProcesses) {
  const TestProject project;
  const auto sandbox = open_or_die({.project = project.root()});
  EXPECT_EQ(say(sandbox,
                "ls -A / | tr '\\n' ' '; ls -A /home /root /sys /run 2>/dev/null;"
                "ls /etc/shadow /etc/machine-id /etc/ssl/private 2>/dev/null; true")
                .find("root"),
            std::string::npos);
  EXPECT_EQ(say(sandbox, "test -e /proc/" + std::to_string(::getpid()) +
                             "/cmdline && "
                             "grep -a sandbox_test /proc/*/cmdline"),
            "exit 1\n");
  EXPECT_EQ(say(sandbox,
                "ls /proc/1/root/../.. >/dev/null 2>&1; ls -d /proc/[0-9]* | wc -l | "
                "(read n; test $n -lt 10 && echo few)"),
            "few\n");
  EXPECT_EQ(say(sandbox, "ls /proc/self/fd | tr '\\n' ' '"), "0 1 2 3 ") << "3 is ls's own";
}

TEST(Escape, CannotFollowASymbolicLinkOut) {
  const TestProject project;
  std::ofstream(project.outside() / "secret") << "secret\n";
  fs::create_symlink(project.outside(), project.root() / "door");
  fs::create_symlink(project.outside() / "new", project.root() / "dangling");
  const auto sandbox = open_or_die({.project = project.root()});
  EXPECT_EQ(say(sandbox, "cat door/secret 2>/dev/null"), "exit 1\n");
  EXPECT_EQ(say(sandbox, "(echo x > dangling) 2>/dev/null"), "exit 1\n");
  EXPECT_EQ(say(sandbox, "ln " + (project.outside() / "secret").string() + " hard 2>/dev/null"),
            "exit 1\n");
  EXPECT_FALSE(fs::exists(project.outside() / "new"));
}

TEST(Escape, CannotChangeAnExistingGitFolder) {
  const TestProject project;
  project.write(".git/config", "[core]\n");
  const auto sandbox = open_or_die({.project = project.root()});
  for (const auto* attack :
       {"echo x >> .git/config", "mkdir -p .git/hooks", "rm -rf .git", "mv .git old",
        "chmod 777 .git/config", "ln -sf /tmp .git/hooks", "touch .git/fsmonitor"}) {
    EXPECT_NE(say(sandbox, std::string(attack) + " 2>/dev/null"), "") << attack;
  }
  EXPECT_EQ(project.read(".git/config"), "[core]\n");
  EXPECT_EQ(std::distance(fs::directory_iterator(project.root() / ".git"), {}), 1);
}

TEST(Escape, CannotCreateAMissingGitFolderAndLeavesNoTrace) {
  const TestProject project;
  const auto sandbox = open_or_die({.project = project.root()});
  for (const auto* attack : {"git init -q .", "mkdir -p .git/hooks", "rmdir .git", "mv .git x",
                             "echo gitdir: /tmp > .git", "ln -sfn /tmp .git"}) {
    say(sandbox, std::string(attack) + " >/dev/null 2>&1");
    EXPECT_TRUE(fs::is_empty(project.root())) << attack;
  }
}

TEST(Escape, CannotChangeNestedRepositoriesNorMoveThemAside) {
  const TestProject project;
  project.write("a/b/.git/config", "[core]\n");
  project.write("a/sub/.git", "gitdir: ../../.git/modules/sub\n");
  project.write("a/b/code.c", "code\n");
  const auto sandbox = open_or_die({.project = project.root()});
  for (const auto* attack :
       {"echo x >> a/b/.git/config", "mv a/b a/c", "mv a c", "mv a/b/.git x", "rm -rf a/b/.git",
        "echo x > a/sub/.git", "rm a/sub/.git", "mv a/sub x"}) {
    EXPECT_NE(say(sandbox, std::string(attack) + " 2>/dev/null"), "") << attack;
  }
  EXPECT_EQ(project.read("a/b/.git/config"), "[core]\n");
  EXPECT_EQ(say(sandbox, "echo new > a/b/code.c; cat a/b/code.c"), "new\n") << "code is open";
}

TEST(Escape, CannotSwapAGitLinkForItsOwnFolder) {
  const TestProject project;
  project.write("real/config", "[core]\n");
  fs::create_directory(project.root() / "nested");
  fs::create_symlink("../real", project.root() / "nested/.git");
  const auto sandbox = open_or_die({.project = project.root()});
  EXPECT_EQ(say(sandbox, "rm nested/.git 2>/dev/null"), "exit 1\n");
  fs::create_symlink("real", project.root() / ".git");
  const auto refused = sandbox.run("true");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::denied);
}

TEST(Escape, CannotChangeFrozenPaths) {
  const TestProject project;
  project.write("ci/deploy.yml", "steps\n");
  const auto sandbox =
      open_or_die({.project = project.root(), .frozen = {"ci/deploy.yml", "gone"}});
  EXPECT_NE(say(sandbox, "echo x > ci/deploy.yml 2>/dev/null"), "");
  EXPECT_NE(say(sandbox, "mv ci away 2>/dev/null"), "");
  EXPECT_EQ(project.read("ci/deploy.yml"), "steps\n");
}

TEST(Escape, CannotReachAListenerOfTheHost) {
  const TestProject project;
  const Listener tcp;
  const Listener pathname(project.outside() / "s");
  const auto sandbox = open_or_die({.project = project.root(), .env = {"PORT=" + tcp.port()}});
  EXPECT_EQ(say(sandbox, R"(python3 - <<'EOF'
import os, socket
def attempt(name, family, address, kind=socket.SOCK_STREAM):
    try:
        with socket.socket(family, kind) as s:
            s.settimeout(5)
            s.connect(address)
        print(name, "connected")
    except OSError as e:
        print(name, os.strerror(e.errno))
attempt("tcp", socket.AF_INET, ("127.0.0.1", int(os.environ["PORT"])))
attempt("outer", socket.AF_INET, ("192.0.2.1", 80))
attempt("udp", socket.AF_INET, ("192.0.2.1", 53), socket.SOCK_DGRAM)
attempt("unix", socket.AF_UNIX, "../outside/s")
attempt("vsock", socket.AF_VSOCK, (2, 1))
attempt("packet", socket.AF_PACKET, ("lo", 0), socket.SOCK_RAW)
EOF)"),
            "tcp Connection refused\nouter Network is unreachable\nudp Network is unreachable\n"
            "unix No such file or directory\nvsock Operation not permitted\n"
            "packet Operation not permitted\n");
}

/// What a system call of a confined process gives.
std::string outcome(long result) { return result < 0 ? sys::errno_text(errno) : "allowed"; }

std::string try_forbidden_calls() {
  std::string text;
  const auto note = [&](const char* name, long result) {
    text += std::string(name) + ": " + outcome(result) + "\n";
  };
  note("ptrace", ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr));
  note("process_vm_readv", ::syscall(SYS_process_vm_readv, 1, nullptr, 0, nullptr, 0, 0));
  note("io_uring_setup", ::syscall(SYS_io_uring_setup, 1, nullptr));
  note("keyctl", ::syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_USER_KEYRING, 0));
  note("add_key", ::syscall(SYS_add_key, "user", "k", "v", 1, KEY_SPEC_USER_KEYRING));
  note("bpf", ::syscall(SYS_bpf, 0, nullptr, 0));
  note("perf_event_open", ::syscall(SYS_perf_event_open, nullptr, 0, -1, -1, 0));
  note("userfaultfd", ::syscall(SYS_userfaultfd, 0));
  note("unshare", ::syscall(SYS_unshare, CLONE_NEWUSER));
  note("setns", ::syscall(SYS_setns, 0, 0));
  note("clone newuser", ::syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0));
  note("clone3", ::syscall(SYS_clone3, nullptr, 0));
  note("mount", ::syscall(SYS_mount, "none", "/tmp", "tmpfs", 0, nullptr));
  note("af_alg", ::socket(38, SOCK_SEQPACKET, 0));
  note("netfilter", ::socket(AF_NETLINK, SOCK_RAW, 12));
  note("sctp", ::socket(AF_INET, SOCK_STREAM, 132));
  note("tiocsti", ::syscall(SYS_ioctl, 0, 0x1'0000'0000UL | 0x5412UL, "x"));
  return text;
}

/// A copy of this program, started with this variable inside the sandbox, makes the calls.
const bool probed = [] {
  if (::getenv("PLIM_TEST_FORBIDDEN_CALLS") == nullptr) return false;
  const auto outcomes = try_forbidden_calls();
  const auto written = ::write(STDOUT_FILENO, outcomes.data(), outcomes.size());
#if defined(__x86_64__)
  ::syscall(0x4000'0000L + SYS_getpid);  // the x32 table, which the rules do not name
#endif
  std::_Exit(written > 0 ? 0 : 1);
}();

TEST(Escape, CannotMakeForbiddenSystemCalls) {
  const TestProject project;
  const auto self = fs::read_symlink("/proc/self/exe");
  const auto sandbox = open_or_die({.project = project.root(),
                                    .readable = {self.parent_path()},
                                    .env = {"PLIM_TEST_FORBIDDEN_CALLS=1"}});
  std::string expected;
  for (const auto* call :
       {"ptrace", "process_vm_readv", "io_uring_setup", "keyctl", "add_key", "bpf",
        "perf_event_open", "userfaultfd", "unshare", "setns", "clone newuser"}) {
    expected += std::string(call) + ": Operation not permitted\n";
  }
  expected += "clone3: Function not implemented\n";
  for (const auto* call : {"mount", "af_alg", "netfilter", "sctp", "tiocsti"}) {
    expected += std::string(call) + ": Operation not permitted\n";
  }
#if defined(__x86_64__)
  expected += "exit 159\n";  // SIGSYS
#endif
  EXPECT_EQ(say(sandbox, self.string()), expected);
}

TEST(Escape, CannotMakeNamespaces) {
  const TestProject project;
  const auto sandbox = open_or_die({.project = project.root()});
  EXPECT_EQ(say(sandbox, "unshare --user --map-root-user true 2>/dev/null"), "exit 1\n");
  EXPECT_EQ(say(sandbox, "bwrap --unshare-user --bind / / true 2>/dev/null"), "exit 1\n");
  EXPECT_EQ(say(sandbox, "mount -t tmpfs none /tmp 2>/dev/null || echo no"), "no\n");
}

TEST(Escape, LeavesNothingAliveThatForkedAway) {
  const TestProject project;
  const auto sandbox = open_or_die({.project = project.root()});
  ASSERT_EQ(::mkfifo((project.root() / "pulse").c_str(), 0600), 0);
  // The daemon holds the fifo open; when nobody does any more, a writer is refused.
  EXPECT_EQ(say(sandbox,
                "exec 3<>pulse; setsid nohup sh -c 'setsid sleep 1000 & sleep 1000' "
                ">/dev/null 2>&1 & sleep 0.1; exit 4"),
            "exit 4\n");
  const sys::UniqueFd writer(
      ::open((project.root() / "pulse").c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC));
  EXPECT_FALSE(writer) << "someone still reads";
}

TEST(Escape, ContainsAMemoryHog) {
  const TestProject project;
  const auto sandbox = open_or_die({.project = project.root()});
  const auto result = sandbox.run("python3 -c 'x = []\nwhile True: x.append(b\"x\" * 1048576)'",
                                  {.timeout = minutes(5), .memory = 200_MiB});
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->ended, Ended::at_memory_limit);
}

TEST(Escape, CountsTheMemoryOfAllProcessesTogether) {
  const TestProject project;
  const auto sandbox = open_or_die({.project = project.root()});
  const auto result = sandbox.run(
      "for i in 1 2 3 4 5 6; do python3 -c 'import time; x = bytearray(b\"x\") * "
      "50000000; time.sleep(1000)' & done; wait",
      {.timeout = minutes(5), .memory = 200_MiB});
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->ended, Ended::at_memory_limit);
}

TEST(Escape, DoesNotMistakeForkedCopiesForMemory) {
  const TestProject project;
  const auto sandbox = open_or_die({.project = project.root()});
  EXPECT_EQ(say(sandbox,
                "python3 -c 'import os, time\nx = bytearray(b\"x\") * 100000000\n"
                "for i in range(8):\n  if os.fork() == 0: time.sleep(0.5); os._exit(0)\n"
                "for i in range(8): os.wait()\nprint(\"done\")'",
                {.memory = 300_MiB}),
            "done\n");
}

TEST(Escape, ContainsAForkBomb) {
  const TestProject project;
  const auto sandbox = open_or_die({.project = project.root()});
  const auto result = sandbox.run("bomb() { bomb | bomb & }; bomb; sleep 1000",
                                  {.timeout = std::chrono::seconds(3), .processes = 100});
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_TRUE(result->ended == Ended::at_process_limit || result->ended == Ended::at_time_limit);
  EXPECT_EQ(say(sandbox, "echo well"), "well\n");
}

TEST(Escape, CannotWriteEndlessFilesOrOpenEndlessDescriptors) {
  const TestProject project;
  const auto sandbox = open_or_die({.project = project.root()});
  const Limits small{.file_size = 1_MiB};
  say(sandbox, "head -c 10000000 /dev/zero > big", small);
  EXPECT_EQ(fs::file_size(project.root() / "big"), 1U << 20U);
  EXPECT_EQ(say(sandbox, "ulimit -n; ulimit -c; ulimit -Hn"), "4096\n0\n4096\n");
}

}  // namespace
}  // namespace plim::sandbox
