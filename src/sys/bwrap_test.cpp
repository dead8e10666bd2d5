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

TEST(Bwrap, WorksWhereTheProbeSaysSo) {
  const auto probed = probe_bwrap("/usr/bin/bwrap");
  EXPECT_TRUE(probed) << probed.error().message;
}

TEST(Bwrap, IsDeniedWithItsOwnWordsWhenItFails) {
  const auto probed = probe_bwrap("/bin/false");
  ASSERT_FALSE(probed);
  EXPECT_EQ(probed.error().code, Errc::denied);
  EXPECT_EQ(probe_bwrap("/nowhere/bwrap").error().code, Errc::not_found);
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
