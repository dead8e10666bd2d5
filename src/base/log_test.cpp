#include "base/log.hpp"

#include <array>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plim {
namespace {

TEST(Log, WritesOneLineWithTimeLevelAndModule) {
  std::FILE* const file = std::tmpfile();
  ASSERT_NE(file, nullptr);
  log::info("engine", "dropped before {}", "anyone listens");
  log::to(file);
  log::warn("engine", "{} of {}", 1, 2);
  log::to(nullptr);
  log::info("engine", "dropped after");
  std::rewind(file);
  std::array<char, 200> buffer{};
  const std::string text(buffer.data(), std::fread(buffer.data(), 1, buffer.size(), file));
  std::fclose(file);
  ASSERT_EQ(text.size(), std::string("2026-11-22T13:38:44Z warn engine: 1 of 2\n").size());
  EXPECT_EQ(text.substr(20), " warn engine: 1 of 2\n");
  EXPECT_EQ(std::string{} + text[4] + text[10] + text[19], "-TZ");
}

}  // namespace
}  // namespace plim
