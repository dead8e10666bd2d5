#include "sys/bwrap.hpp"

#include <array>

#include <gtest/gtest.h>
#include <unistd.h>

#include "sys/process.hpp"

namespace plim::sys {
namespace {

TEST(Bwrap, IsFoundOnTheFixedListOnly) {
  EXPECT_EQ(find_bwrap().value_or(""), "/usr/bin/bwrap");
  const std::array<std::filesystem::path, 2> elsewhere{"/nowhere/bwrap", "/usr"};
  const auto missing = find_bwrap(elsewhere);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Errc::not_found);
  EXPECT_TRUE(missing.error().message.contains("apt install bubblewrap"));
}

TEST(Bwrap, HasNamespacesThatCutOffNetworkAndProcesses) {
  const auto flags = bwrap_namespaces("/usr/bin/bwrap");
  ASSERT_TRUE(flags) << flags.error().message;
  Command command{.argv = {"/usr/bin/bwrap"}};
  command.argv.append_range(*flags);
  command.argv.append_range(std::vector<std::string>{
      "--ro-bind", "/", "/", "--proc", "/proc", "--remount-ro", "/proc", "--", "/bin/sh", "-c",
      "grep -c : /proc/net/dev; set -- /proc/[0-9]*; echo $#;"
      "test -w /proc/sys/kernel/core_pattern && echo exposed"});
  const auto result = run(command, {});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->head, "1\n2\n") << "only lo; only bwrap and sh";
}

TEST(Bwrap, IsDeniedWithItsOwnWordsWhenItFails) {
  const auto denied = bwrap_namespaces("/bin/false");
  ASSERT_FALSE(denied);
  EXPECT_EQ(denied.error().code, Errc::denied);
  EXPECT_TRUE(denied.error().message.starts_with("bwrap ended with 1. "));
  EXPECT_EQ(bwrap_namespaces("/nowhere/bwrap").error().code, Errc::not_found);
}

TEST(Bwrap, ReadsArgumentsWithSpacesAndNewlinesFromADescriptor) {
  const auto args = bwrap_args_fd({"--bind", "/", "/", "--setenv", "A", "b c\n--ro-bind"});
  ASSERT_TRUE(args);
  const auto result = run({.argv = {"/usr/bin/bwrap", "--args", std::to_string(args->get()), "--",
                                    "/bin/sh", "-c", "echo \"$A\""},
                           .keep_fds = {args->get()}},
                          {});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->head, "b c\n--ro-bind\n");
  EXPECT_EQ(bwrap_args_fd({std::string("a\0b", 3)}).error().code, Errc::invalid);
}

}  // namespace
}  // namespace plim::sys
