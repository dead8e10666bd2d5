#include "sandbox/sandbox.hpp"

#include <array>
#include <future>
#include <thread>

#include <sys/stat.h>

#include <gtest/gtest.h>
#include <unistd.h>

#include "sandbox/test_project.hpp"

namespace plim::sandbox {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::minutes;

TEST(Sandbox, RunsACommandInTheProjectAndKeepsItsChanges) {
  const TestProject project;
  project.write("a.txt", "old\n");
  const auto sandbox = open_or_die({.project = project.root()});
  EXPECT_EQ(sandbox.rung(), Rung::confined);
  EXPECT_EQ(say(sandbox, "pwd; cat a.txt; echo new > a.txt; mkdir -p b/c; mv a.txt b/c/"),
            project.root().string() + "\nold\n");
  EXPECT_EQ(project.read("b/c/a.txt"), "new\n");
  EXPECT_FALSE(fs::exists(project.root() / "a.txt"));
}

TEST(Sandbox, ReportsExitCodesSignalsAndBothStreams) {
  const TestProject project;
  const auto sandbox = open_or_die({.project = project.root()});
  EXPECT_EQ(say(sandbox, "echo out; echo err >&2; exit 7"), "out\nerr\nexit 7\n");
  EXPECT_EQ(say(sandbox, "kill -SEGV $$"), "exit 139\n");
  EXPECT_EQ(say(sandbox, "cd /nowhere 2>/dev/null || exit 2"), "exit 2\n");
  EXPECT_EQ(say(sandbox, "true"), "");
}

TEST(Sandbox, GivesCommandsASmallCleanEnvironment) {
  const TestProject project;
  const std::array canaries{
      "AWS_SECRET_ACCESS_KEY", "GITHUB_TOKEN", "LLAMA_ARG_MODEL", "BASH_ENV",
      "LD_PLIM_CANARY",        "GIT_DIR",      "PYTHONPATH",      "NODE_OPTIONS"};
  for (const auto* name : canaries) ::setenv(name, "canary", 1);
  const auto sandbox = open_or_die({.project = project.root(), .env = {"PATH=/usr/bin", "MINE=1"}});
  const auto seen = say(sandbox, "env; cat /proc/*/environ");
  for (const auto* name : canaries) ::unsetenv(name);
  EXPECT_FALSE(seen.contains("canary")) << seen;
  EXPECT_EQ(say(sandbox, "echo $HOME $LANG $TERM $NO_COLOR $PYTHONDONTWRITEBYTECODE $PATH $MINE"),
            "/tmp/home C.UTF-8 dumb 1 1 /usr/bin 1\n");
}

TEST(Sandbox, GivesEachCommandAnEmptyHomeUnlessOneIsNamed) {
  const TestProject project;
  const auto fresh = open_or_die({.project = project.root()});
  EXPECT_EQ(say(fresh, "echo cached > ~/cache; ls ~"), "cache\n");
  EXPECT_EQ(say(fresh, "ls ~"), "");
  const auto kept = open_or_die({.project = project.root(), .home = project.outside()});
  EXPECT_EQ(say(kept, "echo cached > ~/cache"), "");
  EXPECT_EQ(say(kept, "cat ~/cache"), "cached\n");
}

TEST(Sandbox, ShowsNamedOutsideFoldersReadOnly) {
  const TestProject project;
  std::ofstream(project.outside() / "tool") << "tool\n";
  const auto file = (project.outside() / "tool").string();
  const auto closed = open_or_die({.project = project.root()});
  EXPECT_EQ(say(closed, "cat " + file + " 2>/dev/null"), "exit 1\n");
  const auto open =
      open_or_die({.project = project.root(), .readable = {project.outside(), "/nowhere"}});
  EXPECT_EQ(say(open, "cat " + file), "tool\n");
  EXPECT_EQ(say(open, "(: > " + file + ") 2>/dev/null"), "exit 1\n");
}

TEST(Sandbox, CanBindTheProjectReadOnly) {
  const TestProject project;
  project.write("a.txt", "a\n");
  const auto sandbox = open_or_die({.project = project.root(), .read_only = true});
  EXPECT_EQ(say(sandbox, "cat a.txt; (: > b.txt) 2>/dev/null; rm -f a.txt 2>/dev/null"),
            "a\nexit 1\n");
  EXPECT_EQ(project.read("a.txt"), "a\n");
}

TEST(Sandbox, ShowsALinkedWorktreeItsRepositoryButNoFolderThatIsOnlyClaimed) {
  const TestProject project;
  const auto main = (project.outside() / "main").string();
  const auto tree = (project.root() / "tree").string();
  const auto setup = Sandbox::unconfined({.project = project.root()});
  ASSERT_EQ(say(setup, "git init -q " + main + " && cd " + main +
                           " && git -c user.name=a -c user.email=a@b commit -q --allow-empty -m one"
                           " && git worktree add -q " +
                           tree + " 2>&1"),
            "");
  const auto sandbox = open_or_die({.project = tree});
  EXPECT_EQ(say(sandbox, "git log --format=%s; (: > " + main + "/.git/x) 2>/dev/null || echo no"),
            "one\nno\n");

  fs::create_directories(project.outside() / "secret/worktrees/x");
  std::ofstream(fs::path(tree) / ".git")
      << "gitdir: " << project.outside().string() << "/secret/worktrees/x\n";
  EXPECT_EQ(say(sandbox, "ls " + project.outside().string() + " 2>/dev/null"), "exit 2\n");
}

TEST(Sandbox, LetsProgramsTalkToThemselvesOverLoopback) {
  const TestProject project;
  const auto sandbox = open_or_die({.project = project.root()});
  EXPECT_EQ(say(sandbox, R"(python3 - <<'EOF'
import socket
server = socket.create_server(("127.0.0.1", 0))
client = socket.create_connection(server.getsockname())
server.accept()[0].sendall(b"hello")
print(client.recv(9), socket.gethostbyname("localhost"))
EOF)"),
            "b'hello' 127.0.0.1\n");
}

TEST(Sandbox, SurvivesAGigabyteOfOutput) {
  const TestProject project;
  const auto sandbox = open_or_die({.project = project.root()});
  const auto result = sandbox.run("echo first; head -c 1073741824 /dev/zero; echo last",
                                  {.timeout = minutes(5), .head_bytes = 6, .tail_bytes = 5});
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->ended, Ended::by_itself);
  EXPECT_EQ(result->head, "first\n");
  EXPECT_EQ(result->tail, "last\n");
  EXPECT_EQ(result->dropped_bytes, 1U << 30U);
}

TEST(Sandbox, EndsACommandAtItsTimeLimit) {
  const TestProject project;
  const auto sandbox = open_or_die({.project = project.root()});
  const auto result = sandbox.run("trap '' TERM INT HUP; echo busy; while :; do sleep 1000; done",
                                  {.timeout = milliseconds(400)});
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->ended, Ended::at_time_limit);
  EXPECT_EQ(result->head, "busy\n");
  EXPECT_EQ(result->exit_code, 137);
}

TEST(Sandbox, StopsAtOnceWhenAskedTo) {
  const TestProject project;
  const auto sandbox = open_or_die({.project = project.root()});
  std::stop_source source;
  auto running = std::async(std::launch::async, [&] {
    return sandbox.run("touch started; sleep 3600", {.timeout = minutes(60)}, source.get_token());
  });
  while (!fs::exists(project.root() / "started")) std::this_thread::yield();
  source.request_stop();
  const auto result = running.get();  // would last an hour
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::cancelled);
}

TEST(Sandbox, RefusesCommandsThatCannotBePassedOn) {
  const TestProject project;
  const auto sandbox = open_or_die({.project = project.root()});
  EXPECT_EQ(sandbox.run(std::string("echo a\0b", 8)).error().code, Errc::invalid);
  EXPECT_EQ(sandbox.run(std::string(1U << 17U, 'x')).error().code, Errc::invalid);
  EXPECT_EQ(say(sandbox, "echo " + std::string((1U << 17U) - 10, 'x')).size(), (1U << 17U) - 9);
}

TEST(Sandbox, RunsCommandsFromSeveralThreads) {
  const TestProject project;
  const auto sandbox = open_or_die({.project = project.root()});
  std::vector<std::future<std::string>> outputs;
  for (int i = 0; i < 6; ++i) {
    outputs.push_back(std::async(std::launch::async, [&sandbox, i] {
      return say(sandbox, "mkdir .git 2>/dev/null && echo open; echo " + std::to_string(i));
    }));
  }
  for (int i = 0; i < 6; ++i) {
    EXPECT_EQ(outputs[static_cast<std::size_t>(i)].get(), std::to_string(i) + "\n");
  }
  EXPECT_FALSE(fs::exists(project.root() / ".git")) << "the last one cleans up";
}

TEST(Sandbox, IsRefusedWithoutBubblewrap) {
  const TestProject project;
  const std::array<fs::path, 1> nowhere{"/nowhere/bwrap"};
  const auto missing = Sandbox::open({.project = project.root()}, nowhere);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Errc::not_found);
  EXPECT_TRUE(missing.error().message.contains("bubblewrap is not installed"));
}

TEST(Sandbox, IsRefusedWhereNamespacesAreForbidden) {
  const TestProject project;
  const auto fake = project.outside() / "bwrap";
  std::ofstream(fake) << "#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\n"
                         "exit 1\n";
  fs::permissions(fake, fs::perms::owner_all);
  const std::array<fs::path, 1> places{fake};
  const auto denied = Sandbox::open({.project = project.root()}, places);
  ASSERT_FALSE(denied);
  EXPECT_EQ(denied.error().code, Errc::denied);
  EXPECT_TRUE(denied.error().message.starts_with("bwrap: No permissions to create new namespace. "))
      << denied.error().message;
}

TEST(Sandbox, IsRefusedWhenItsTestCommandGetsOut) {
  const TestProject project;
  const auto fake = project.outside() / "bwrap";  // runs the command without any walls
  std::ofstream(fake) << "#!/bin/bash\nwhile [ \"$1\" != -- ]; do\n"
                         "  [ \"$1\" = --json-status-fd ] && echo '{\"exit-code\": 0}' >&$2\n"
                         "  shift\ndone\nshift\nexec \"$@\"\n";
  fs::permissions(fake, fs::perms::owner_all);
  const std::array<fs::path, 1> places{fake};
  const auto open = Sandbox::open({.project = project.root()}, places);
  ASSERT_FALSE(open);
  EXPECT_EQ(open.error().code, Errc::denied);
  for (const auto* hole : {"connects to the host", "shares the net namespace",
                           "shares the pid namespace", "lacks Seccomp"}) {
    EXPECT_TRUE(open.error().message.contains(hole)) << hole << " in " << open.error().message;
  }
}

TEST(Sandbox, RefusesFoldersThatCannotBeConfined) {
  for (const auto* folder : {"/", "/usr", "/etc", "/etc/ssl", "/tmp", "/home", "/proc/self"}) {
    const auto sandbox = Sandbox::open({.project = folder});
    ASSERT_FALSE(sandbox) << folder;
    EXPECT_EQ(sandbox.error().code, Errc::invalid) << folder;
  }
  EXPECT_EQ(Sandbox::open({.project = "/nowhere"}).error().code, Errc::not_found);
}

TEST(Unconfined, SaysSoAndStillCleansAndLimits) {
  const TestProject project;
  ::setenv("AWS_SECRET_ACCESS_KEY", "canary", 1);
  const auto sandbox = Sandbox::unconfined({.project = project.root()});
  EXPECT_EQ(sandbox.rung(), Rung::unconfined);
  EXPECT_EQ(to_string(sandbox.rung()), "unconfined");
  EXPECT_EQ(say(sandbox, "pwd; echo $AWS_SECRET_ACCESS_KEY$HOME; ulimit -n -c | wc -l; exit 3"),
            project.root().string() + "\n/tmp\n2\nexit 3\n");
  ::unsetenv("AWS_SECRET_ACCESS_KEY");
  const auto slow = sandbox.run("sleep 1000 & sleep 1000", {.timeout = milliseconds(200)});
  ASSERT_TRUE(slow);
  EXPECT_EQ(slow->ended, Ended::at_time_limit);
}

}  // namespace
}  // namespace plim::sandbox
