#include "base/units.hpp"

#include <limits>

#include <gtest/gtest.h>

namespace plim {
namespace {

TEST(Bytes, ReadWellForPeople) {
  EXPECT_EQ(to_string(Bytes{0}), "0 B");
  EXPECT_EQ(to_string(Bytes{1023}), "1023 B");
  EXPECT_EQ(to_string(1_KiB), "1.0 KiB");
  EXPECT_EQ(to_string(Bytes{1536}), "1.5 KiB");
  EXPECT_EQ(to_string(24_GiB), "24.0 GiB");
  EXPECT_EQ(to_string(Bytes{std::numeric_limits<std::uint64_t>::max()}), "16777216.0 TiB");
}

TEST(Bytes, NeverGoBelowNothing) {
  EXPECT_EQ(1_MiB - 2_MiB, Bytes{0});
  EXPECT_EQ(2_MiB - 1_MiB, 1_MiB);
  EXPECT_EQ(1_KiB * 1024 + 1_MiB, 2_MiB);
}

TEST(Tokens, ReadWellForPeople) {
  EXPECT_EQ(to_string(Tokens{999}), "999");
  EXPECT_EQ(to_string(Tokens{8192}), "8.2k");
  EXPECT_EQ(Tokens{5} - Tokens{7}, Tokens{-2});
}

}  // namespace
}  // namespace plim
