#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/calibration.hpp"
#include "app/sizes.hpp"
#include "sys/temp_dir.hpp"

namespace plim::app {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Sizes, AreReadAsPeopleWriteThem) {
  EXPECT_EQ(parse_size("24GiB"), 24_GiB);
  EXPECT_EQ(parse_size("24 GB"), 24_GiB);
  EXPECT_EQ(parse_size("1.5g"), 1536_MiB);
  EXPECT_EQ(parse_size("512M"), 512_MiB);
  EXPECT_EQ(parse_size("4096"), 4_KiB);
  for (const auto* wrong : {"", "x", "-1GiB", "0", "5 parsecs", "1e30", "nan", "inf", "1e400G"}) {
    EXPECT_EQ(parse_size(wrong), std::nullopt) << wrong;
  }
}

TEST(Calibration, IsKeptPerGpuDriverAndEngine) {
  const auto state = sys::TempDir::make("/tmp", "calibration");
  ASSERT_TRUE(state);
  const hw::Gpu card{.name = "RTX 3090", .engine_device = "CUDA0", .driver = "nvidia 580"};
  auto other = card;
  other.engine_device = "CUDA1";
  ASSERT_TRUE(store_overhead(state->path(), card, "0.7.0", 300_MiB));
  ASSERT_TRUE(store_overhead(state->path(), other, "0.7.0", 100_MiB));
  ASSERT_TRUE(store_overhead(state->path(), card, "0.7.0", 350_MiB));
  const hw::Hardware now{.gpus = {card, other}};
  EXPECT_THAT(read_overheads(state->path(), now, "0.7.0"),
              ElementsAre(plan::Overhead{"CUDA0", 382_MiB}, plan::Overhead{"CUDA1", 132_MiB}));
  EXPECT_THAT(read_overheads(state->path(), now, "0.8.0"), IsEmpty());
  auto updated = card;
  updated.driver = "nvidia 600";
  EXPECT_THAT(read_overheads(state->path(), {.gpus = {updated}}, "0.7.0"), IsEmpty());
}

TEST(Calibration, IsNothingWhereItsFileIsDamaged) {
  const auto state = sys::TempDir::make("/tmp", "calibration");
  ASSERT_TRUE(state);
  const hw::Gpu card{.name = "G", .engine_device = "CUDA0"};
  std::ofstream(state->path() / "overheads.tsv") << "G |  | CUDA0 | 1\t999999999999999\nx\n\t\n";
  EXPECT_THAT(read_overheads(state->path(), {.gpus = {card}}, "1"), IsEmpty());
}

}  // namespace
}  // namespace plim::app
