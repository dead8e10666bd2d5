#include "app/machine.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plim::app {
namespace {

using testing::Contains;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(ImaginedMachine, HasAsManyCardsAsAreNamed) {
  for (const auto* name : {"2x RTX 3090", "2 x rtx 3090", "2xRTX 3090", "2X3090 24GB"}) {
    const auto machine = imagine({.gpus = {name}});
    ASSERT_TRUE(machine) << machine.error().message;
    ASSERT_EQ(machine->gpus.size(), 2U) << name;
    EXPECT_EQ(machine->gpus[1].name, "RTX 3090") << name;
    EXPECT_EQ(machine->gpus[1].engine_device, "CUDA1") << name;
  }
  EXPECT_EQ(imagine({.gpus = {"17x RTX 3090"}}).error().code, Errc::invalid);
  for (const auto* wrong : {"", "0x RTX 3090", "-2x RTX 3090", "99999999999x RTX 3090", "x", "2x"})
    EXPECT_FALSE(imagine({.gpus = {wrong}})) << wrong;
}

TEST(ImaginedMachine, SaysWhatASpeedWouldTake) {
  const auto nothing = imagine({.vram = "24GiB"});
  ASSERT_TRUE(nothing);
  EXPECT_THAT(nothing->notes, Contains(Field(&hw::Note::text, HasSubstr("--bandwidth"))));
  const auto no_rate = imagine({.vram = "24GiB", .bandwidth = 1008});
  EXPECT_THAT(no_rate->notes, Contains(Field(&hw::Note::text, HasSubstr("--tflops"))));
  const auto all = imagine({.vram = "24GiB", .bandwidth = 1008, .tflops = 82.6, .ram = "64GiB"});
  EXPECT_THAT(all->notes, Not(Contains(Field(&hw::Note::text, HasSubstr("--")))));
  EXPECT_EQ(all->gpus[0].tflops, 82.6);
}

TEST(ImaginedMachine, IsOneWithoutACardWhereOnlyRamIsNamed) {
  const auto assumed = imagine({.ram = "64GiB"});
  ASSERT_TRUE(assumed) << assumed.error().message;
  EXPECT_THAT(assumed->gpus, IsEmpty());
  EXPECT_EQ(assumed->memory.total, 64_GiB);
  EXPECT_EQ(assumed->memory.bandwidth, 80);
  EXPECT_EQ(imagine({.bandwidth = 200, .ram = "64GiB"})->memory.bandwidth, 200);
}

TEST(ImaginedMachine, RefusesWhatContradictsItself) {
  const auto refused = [](const ImaginedMachine& machine) {
    const auto answer = imagine(machine);
    return answer ? std::string("not refused") : answer.error().message;
  };
  EXPECT_THAT(refused({.gpus = {"RTX 4090"}, .vram = "24GiB"}), HasSubstr("--gpu and --vram"));
  EXPECT_THAT(refused({.gpus = {"RTX 4090"}, .bandwidth = 10}), HasSubstr("in the catalogue"));
  EXPECT_THAT(refused({.bandwidth = 10}), HasSubstr("--vram SIZE"));
  EXPECT_THAT(refused({.tflops = 10, .ram = "8GiB"}), HasSubstr("--vram SIZE"));
  for (const double wrong : {-1.0, 1e9, std::numeric_limits<double>::quiet_NaN(),
                             std::numeric_limits<double>::infinity()})
    EXPECT_THAT(refused({.vram = "24GiB", .bandwidth = wrong}), HasSubstr("is not above 0"));
}

}  // namespace
}  // namespace plim::app
