#include <gtest/gtest.h>

#include "plan/cache.hpp"
#include "plan/compute.hpp"
#include "plan/shape.hpp"
#include "plan/test_models.hpp"
#include "plan/weights.hpp"

// The expected numbers are llama.cpp 0.7's own (buffer lines and dry run, server's settings,
// flash attention on, one slot unless said), whole MiB as it prints them.
namespace plim::plan {
namespace {

constexpr double mib = 1U << 20U;

gguf::Header header_of(const gguf::TestWriter& writer) {
  auto header = gguf::parse(writer.header(), {.whole_file = false});
  EXPECT_TRUE(header) << header.error().message;
  return header.value_or(gguf::Header{});
}

Shape shape_for(const gguf::TestWriter& writer) {
  auto shape = shape_of(header_of(writer));
  EXPECT_TRUE(shape) << shape.error().message;
  return shape.value_or(Shape{});
}

/// Attention cache and state together, in whole MiB.
long cache_mib(const gguf::TestWriter& writer, const CacheLayout& layout) {
  const auto bytes = cache_bytes(shape_for(writer), layout);
  return static_cast<long>((bytes.kv + bytes.recurrent).value >> 20U);
}

constexpr Tokens k32{32768};
constexpr Tokens k64{65536};
constexpr Tokens k128{131072};

TEST(CacheFormula, CountsGroupedHeadsExactlyForEveryCacheType) {
  using test::llama_8b;
  EXPECT_EQ(cache_mib(llama_8b(), {.context = k32}), 4096);
  EXPECT_EQ(cache_mib(llama_8b(), {.context = k128}), 16384);
  EXPECT_EQ(cache_mib(llama_8b(), {.context = k32, .k = KvType::q8_0, .v = KvType::q8_0}), 2176);
  EXPECT_EQ(cache_mib(llama_8b(), {.context = k32, .k = KvType::q5_1, .v = KvType::q5_1}), 1536);
  EXPECT_EQ(cache_mib(llama_8b(), {.context = k32, .k = KvType::q4_0, .v = KvType::q4_0}), 1152);
  EXPECT_EQ(cache_mib(llama_8b(), {.context = k32, .k = KvType::f32, .v = KvType::f16}), 6144);
  EXPECT_EQ(cache_mib(test::qwen3moe_30b(), {.context = k32}), 3072);
  EXPECT_EQ(cache_mib(test::qwen3moe_30b(), {.context = k128}), 12288);
}

TEST(CacheFormula, BoundsSlidingWindowsByTheWindowAndTheStep) {
  const auto gemma = test::gemma3_27b();
  EXPECT_EQ(cache_mib(gemma, {.context = k32}), 3184);
  EXPECT_EQ(cache_mib(gemma, {.context = k32, .ubatch = 2048}), 3808);
  EXPECT_EQ(cache_mib(gemma, {.context = k32, .ubatch = 256}), 3080);
  EXPECT_EQ(cache_mib(gemma, {.context = k32, .full_windows = true}), 15872);
  EXPECT_EQ(cache_mib(gemma, {.context = k64, .k = KvType::q8_0, .v = KvType::q8_0}), 3051);
  EXPECT_EQ(cache_mib(gemma, {.context = k128}), 10864);
  EXPECT_EQ(cache_mib(test::gpt_oss_20b(), {.context = k32}), 786);
  EXPECT_EQ(cache_mib(test::gpt_oss_20b(), {.context = k128}), 3090);
  EXPECT_EQ(cache_mib(test::gpt_oss_20b(), {.context = k128, .ubatch = 2048}), 3126);
}

TEST(CacheFormula, SharesOrSplitsWindowsAmongSlots) {
  const auto gemma = test::gemma3_27b();
  EXPECT_EQ(cache_mib(gemma, {.context = k32, .slots = 4, .unified = true}), 4432);
  EXPECT_EQ(cache_mib(gemma, {.context = k32, .slots = 4}), 5056);
}

TEST(CacheFormula, KeepsOneRowForLatentAttention) {
  EXPECT_EQ(cache_mib(test::glm_flash(), {.context = k32}), 1692);
  EXPECT_EQ(cache_mib(test::glm_flash(), {.context = k128}), 6768);
  EXPECT_EQ(cache_mib(test::glm_flash(), {.context = k32, .k = KvType::q8_0, .v = KvType::q8_0}),
            898);
}

TEST(CacheFormula, AddsTheStateOfRecurrentAndConvolutionLayers) {
  EXPECT_EQ(cache_mib(test::qwen3next_80b(), {.context = k32}), 843);
  EXPECT_EQ(cache_mib(test::qwen3next_80b(), {.context = k128}), 3147);
  EXPECT_EQ(cache_mib(test::qwen3next_80b(), {.context = k128, .slots = 4}), 3373);
  EXPECT_EQ(
      cache_mib(test::qwen3next_80b(), {.context = k64, .k = KvType::q8_0, .v = KvType::q8_0}),
      891);
  EXPECT_EQ(cache_mib(test::lfm2_1b(), {.context = k32}), 384);
  EXPECT_EQ(cache_mib(test::lfm2_1b(), {.context = k64}), 768);
  EXPECT_EQ(cache_mib(test::nemotron_h_8b(), {.context = k32}), 610);
  EXPECT_EQ(cache_mib(test::nemotron_h_8b(), {.context = k64}), 1122);
  EXPECT_EQ(cache_mib(test::nemotron_h_8b(), {.context = k32, .slots = 4}), 907);
}

TEST(CacheFormula, PadsTheContextOfEachSlot) {
  const auto llama = shape_for(test::llama_8b());
  EXPECT_EQ(cache_bytes(llama, {.context = Tokens{257}}).kv, Bytes{512ULL * 131072});
}

TEST(CacheFormula, CopiesOnlyWhatPositionsDoNotIndexIntoACheckpoint) {
  const auto next = cache_bytes(shape_for(test::qwen3next_80b()), {.context = k32, .slots = 4});
  EXPECT_EQ(next.checkpoint(4).value, next.recurrent.value / 4);
  const auto gemma = cache_bytes(shape_for(test::gemma3_27b()), {.context = k32});
  EXPECT_EQ(gemma.checkpoint(1), 624_MiB);
  EXPECT_EQ(cache_bytes(shape_for(test::llama_8b()), {.context = k32}).checkpoint(1), Bytes{});
}

TEST(WeightFormula, CountsATiedTokenTableOnBothSides) {
  const auto gemma = header_of(test::gemma3_27b());
  const auto placed = weights_of(gemma, 62);
  const Bytes table{262144ULL * 5376 / 32 * 18};
  EXPECT_EQ(placed.lookups, table);
  EXPECT_EQ(placed.on_gpu(), gemma.tensor_bytes());
  EXPECT_EQ(placed.on_cpu(), gemma.tensor_bytes());
}

TEST(WeightFormula, MatchesTheEnginesFigure) {
  const auto llama = weights_of(header_of(test::llama_8b()), 32).on_cpu();
  EXPECT_EQ(llama.value >> 20U, 4437U);
}

struct Measured {
  const char* name;
  gguf::TestWriter model;
  CacheLayout layout;
  double mib;
};

TEST(ComputeEstimate, IsNeverBelowTheEnginesFigureAndNotFarAbove) {
  const auto q8 = KvType::q8_0;
  const Measured measured[] = {
      {"llama 32k", test::llama_8b(), {.context = k32}, 156},
      {"llama 64k q8_0", test::llama_8b(), {.context = k64, .k = q8, .v = q8}, 188},
      {"llama 128k", test::llama_8b(), {.context = k128}, 252},
      {"qwen3moe 64k", test::qwen3moe_30b(), {.context = k64}, 152},
      {"qwen3moe 128k", test::qwen3moe_30b(), {.context = k128}, 216},
      {"qwen3moe 128k, 2048", test::qwen3moe_30b(), {.context = k128, .ubatch = 2048}, 864},
      {"gemma3 32k", test::gemma3_27b(), {.context = k32}, 212},
      {"gemma3 32k, 2048", test::gemma3_27b(), {.context = k32, .ubatch = 2048}, 854},
      {"gemma3 32k, 256", test::gemma3_27b(), {.context = k32, .ubatch = 256}, 105},
      {"gpt-oss 32k", test::gpt_oss_20b(), {.context = k32}, 128},
      {"gpt-oss 64k", test::gpt_oss_20b(), {.context = k64}, 160},
      {"gpt-oss 128k, 2048", test::gpt_oss_20b(), {.context = k128, .ubatch = 2048}, 903},
      {"glm 128k", test::glm_flash(), {.context = k128}, 208},
      {"qwen3next 64k", test::qwen3next_80b(), {.context = k64}, 154},
      {"qwen3next 128k", test::qwen3next_80b(), {.context = k128}, 218},
      {"lfm2 64k", test::lfm2_1b(), {.context = k64}, 132},
      {"nemotron-h 64k", test::nemotron_h_8b(), {.context = k64}, 196},
  };
  for (const auto& m : measured) {
    const auto bytes = compute_bytes(shape_for(m.model), m.layout);
    const auto estimate = static_cast<double>(bytes.value) / mib;
    RecordProperty(m.name, std::to_string(estimate));
    EXPECT_GE(estimate, m.mib) << m.name;
    EXPECT_LE(estimate, m.mib * 1.3 + 24) << m.name;
  }
}

TEST(Shape, RefusesAFileThatIsNoLanguageModel) {
  gguf::TestWriter bare;
  bare.text("general.architecture", "clip");
  const auto shape = shape_of(header_of(bare));
  ASSERT_FALSE(shape);
  EXPECT_EQ(shape.error(), (Error{Errc::protocol,
                                  "the file is not a language model: clip.block_count is 0 and "
                                  "clip.embedding_length is 0"}));
}

TEST(Shape, RefusesDimensionsWhoseProductsWouldOverflow) {
  const test::Dims absurd{"llama", 32, 4096, 1, 32, 1U << 20U, 1U << 20U, 1000, 4096};
  const auto shape = shape_of(header_of(test::base(absurd)));
  ASSERT_FALSE(shape);
  EXPECT_EQ(shape.error().code, Errc::protocol);
}

TEST(Shape, SaysWhatItDoesNotKnow) {
  auto writer = test::base({"newarch", 4, 64, 128, 2, 2, 32, 100, 4096});
  writer.u32("newarch.attention.sliding_window", 512);
  const auto shape = shape_for(writer);
  ASSERT_EQ(shape.unknowns.size(), 1U);
  EXPECT_EQ(shape.layers.front().window, 0U);
}

TEST(Shape, LeavesOutLayersThatOnlyPredictFurtherTokens) {
  auto writer = test::base({"glm4moe", 5, 64, 128, 2, 2, 32, 100, 4096});
  writer.u32("glm4moe.nextn_predict_layers", 1);
  EXPECT_EQ(shape_for(writer).layers.size(), 4U);
}

}  // namespace
}  // namespace plim::plan
