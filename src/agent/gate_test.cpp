#include "agent/gate.hpp"

#include <gtest/gtest.h>

namespace plim::agent {
namespace {

using tools::Access;

TEST(Gate, AlwaysAllowsReading) {
  EXPECT_EQ(decide(Access::read, {.read_only = true}, false), Gate::allow);
}

TEST(Gate, AsksBeforeChangesUnlessToldYes) {
  EXPECT_EQ(decide(Access::write, {}, true), Gate::ask);
  EXPECT_EQ(decide(Access::write, {.yes = true}, true), Gate::allow);
  EXPECT_EQ(decide(Access::execute, {}, true), Gate::ask);
  EXPECT_EQ(decide(Access::execute, {.yes = true}, true), Gate::allow);
}

TEST(Gate, DeniesChangesInAReadOnlyTaskWhateverElseIsAllowed) {
  EXPECT_EQ(decide(Access::write, {.read_only = true, .yes = true}, true), Gate::deny);
}

TEST(Gate, NeverRunsCommandsUnconfinedWithoutBeingToldSoByName) {
  EXPECT_EQ(decide(Access::execute, {.yes = true}, false), Gate::deny);
  EXPECT_EQ(decide(Access::execute, {.unconfined = true}, false), Gate::ask);
  EXPECT_EQ(decide(Access::execute, {.read_only = true, .yes = true, .unconfined = true}, false),
            Gate::deny);
}

TEST(Gate, RunsCommandsInAReadOnlySandbox) {
  EXPECT_EQ(decide(Access::execute, {.read_only = true, .yes = true}, true), Gate::allow);
}

}  // namespace
}  // namespace plim::agent
