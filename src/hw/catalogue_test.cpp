#include "hw/catalogue.hpp"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plim::hw {
namespace {

using testing::HasSubstr;

std::string name_of(std::string_view wanted) {
  const auto found = find_known_gpu(wanted);
  return found ? std::string(found->name) : found.error().message;
}

TEST(GpuCatalogue, DescribesEachOfItsManyGpusOnce) {
  std::set<std::string_view> names;
  for (const auto& gpu : known_gpus()) {
    EXPECT_TRUE(names.insert(gpu.name).second) << gpu.name;
    EXPECT_GE(gpu.memory, 2_GiB) << gpu.name;
    EXPECT_GT(gpu.bandwidth, 50) << gpu.name;
    EXPECT_GT(gpu.tflops, 1) << gpu.name;
    const auto found = find_known_gpu(gpu.name);
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_EQ(found->name, gpu.name);
    EXPECT_EQ(found->memory, gpu.memory) << gpu.name;
  }
  EXPECT_GE(names.size(), 60U);
}

TEST(GpuCatalogue, AnswersToTheNamesPeopleWrite) {
  EXPECT_EQ(name_of("rtx 4090"), "RTX 4090");
  EXPECT_EQ(name_of("NVIDIA GeForce RTX4090"), "RTX 4090");
  EXPECT_EQ(name_of("H100 80 GB"), "H100 (H100 SXM)");
  EXPECT_EQ(name_of("A100 80GB"), "A100 80GB");
  EXPECT_EQ(name_of("Strix Halo"), "Ryzen AI Max+ 395 (Strix Halo)");
  EXPECT_EQ(name_of("M3 Max"), "Apple M3 Max");
  EXPECT_EQ(name_of("DGX Spark"), "GB10 (DGX Spark)");
  EXPECT_EQ(find_known_gpu("Apple M4 Max 64GB")->memory, 64_GiB);
}

TEST(GpuCatalogue, SaysWhatItDoesNotKnow) {
  EXPECT_THAT(name_of("RTX 4091"), HasSubstr("near: RTX 4090"));
  EXPECT_THAT(name_of("RTX 50"), HasSubstr("several GPUs answer"));
  EXPECT_THAT(name_of(""), HasSubstr("names no GPU"));
}

TEST(GpuCatalogue, RecognisesWhatDriversCallThem) {
  EXPECT_EQ(recognise("NVIDIA GeForce RTX 3080", 12_GiB)->name, "RTX 3080 12GB");
  EXPECT_EQ(recognise("NVIDIA A100-SXM4-80GB", 80_GiB)->name, "A100 80GB");
  EXPECT_EQ(recognise("NVIDIA H100 80GB HBM3", 80_GiB)->name, "H100 (H100 SXM)");
  EXPECT_EQ(recognise("AMD Radeon RX 7900 XTX (RADV NAVI31)", 24_GiB)->name, "RX 7900 XTX");
  EXPECT_EQ(recognise("llvmpipe (LLVM 21.1.8, 256 bits)", 8_GiB), nullptr);
}

TEST(GpuCatalogue, GivesAUnifiedMemorysGpuItsShare) {
  const auto mac = as_gpu(*find_known_gpu("Apple M4 Max"), 0);
  EXPECT_EQ(mac.kind, GpuKind::unified);
  EXPECT_EQ(mac.total, 128_GiB);
  EXPECT_EQ(mac.free, 96_GiB);
  EXPECT_EQ(as_gpu(*find_known_gpu("RTX 4090"), 1).engine_device, "CUDA1");
}

}  // namespace
}  // namespace plim::hw
