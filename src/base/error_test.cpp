#include "base/error.hpp"

#include <memory>

#include <gtest/gtest.h>

namespace plim {
namespace {

Result<int> half(int number) {
  if (number % 2 != 0) return fail(Errc::invalid, "{} is odd", number);
  return number / 2;
}

Result<int> quarter(int number) {
  const int once = TRY(half(number).transform_error(during("first half")));
  return TRY(half(once).transform_error(during("second half")));
}

TEST(Try, GivesTheValueOrReturnsTheErrorWithItsStep) {
  EXPECT_EQ(quarter(8), Result<int>(2));
  EXPECT_EQ(quarter(7), Result<int>(fail(Errc::invalid, "first half: 7 is odd")));
  EXPECT_EQ(quarter(6), Result<int>(fail(Errc::invalid, "second half: 3 is odd")));
}

TEST(Try, MovesValuesThatCannotBeCopied) {
  const auto unwrap = []() -> Result<int> {
    const auto pointer = TRY(Result<std::unique_ptr<int>>(std::make_unique<int>(5)));
    return *pointer;
  };
  EXPECT_EQ(unwrap(), Result<int>(5));
}

TEST(Try, WorksWithoutAValue) {
  const auto check = [](bool fine) -> Result<void> {
    TRY(fine ? Result<void>() : fail(Errc::denied, "no"));
    return {};
  };
  EXPECT_TRUE(check(true));
  EXPECT_EQ(check(false).error(), (Error{Errc::denied, "no"}));
}

TEST(Errc, HasAWordForEveryCode) {
  EXPECT_EQ(to_string(Errc::timeout), "timed out");
  EXPECT_EQ(to_string(Errc::conflict), "conflict");
}

}  // namespace
}  // namespace plim
