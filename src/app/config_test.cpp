#include "app/config.hpp"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plim::app {
namespace {

using testing::HasSubstr;

std::filesystem::path write_config(const std::string& text) {
  const auto* test = testing::UnitTest::GetInstance()->current_test_info();
  const auto file =
      std::filesystem::path(testing::TempDir()) / (std::string(test->name()) + ".toml");
  std::ofstream(file) << text;
  return file;
}

TEST(Config, StartsWithTheDefaults) {
  const Config config;
  EXPECT_EQ(config.text("model.device"), "auto");
  EXPECT_EQ(config.integer("agent.max_turns"), 40);
  EXPECT_EQ(config.integer("model.context"), std::nullopt);
}

TEST(Config, TakesTheFileThenTheEnvironmentThenFlags) {
  Config config;
  const auto file = write_config("[agent]\nmax_turns = 7\ntime_limit_s = 60\nseed = 3\n");
  ASSERT_TRUE(config.read_file(file));
  ASSERT_TRUE(config.read_environment({{"PLIM_AGENT_MAX_TURNS", "8"}, {"PLIM_AGENT_SEED", "4"}}));
  ASSERT_TRUE(config.set("agent.seed", "5", "flag"));
  EXPECT_EQ(config.integer("agent.time_limit_s"), 60);
  EXPECT_EQ(config.integer("agent.max_turns"), 8);
  EXPECT_EQ(config.integer("agent.seed"), 5);
  const auto shown = config.show(false);
  EXPECT_THAT(shown, HasSubstr(file.string() + ":3"));
  EXPECT_THAT(shown, HasSubstr("$PLIM_AGENT_MAX_TURNS"));
}

TEST(Config, NamesTheNearestKeyForAnUnknownOne) {
  Config config;
  const auto read = config.read_file(write_config("[agent]\nmax_turn = 7\n"));
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, Errc::invalid);
  EXPECT_THAT(read.error().message, HasSubstr(":2"));
  EXPECT_THAT(read.error().message, HasSubstr("did you mean agent.max_turns?"));
}

TEST(Config, RefusesAValueOfTheWrongType) {
  Config config;
  const auto read = config.read_file(write_config("[agent]\nmax_turns = \"many\"\n"));
  ASSERT_FALSE(read);
  EXPECT_THAT(read.error().message, HasSubstr("agent.max_turns must be a whole number"));
  EXPECT_FALSE(config.set("agent.max_turns", "-3", "flag"));
  EXPECT_FALSE(config.read_environment({{"PLIM_AGENT_SEED", "x"}}));
}

TEST(Config, RefusesAListWhereOneValueBelongs) {
  Config config;
  EXPECT_FALSE(config.read_file(write_config("[engine]\ndir = [\"a\", \"b\"]\n")));
}

TEST(Config, SaysWhereTomlIsBroken) {
  Config config;
  const auto read = config.read_file(write_config("[agent]\nmax_turns = = 7\n"));
  ASSERT_FALSE(read);
  EXPECT_THAT(read.error().message, HasSubstr(".toml:2"));
}

TEST(Config, AcceptsAMissingFile) {
  Config config;
  EXPECT_TRUE(config.read_file("/nonexistent/config.toml"));
}

TEST(Config, ShowsEachSettingAsJson) {
  Config config;
  ASSERT_TRUE(config.set("engine.dir", "/opt/engine", "flag"));
  EXPECT_THAT(config.show(true), HasSubstr(R"("origin": "flag")"));
}

}  // namespace
}  // namespace plim::app
