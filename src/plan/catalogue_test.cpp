#include "plan/catalogue.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hw/catalogue.hpp"
#include "plan/plan.hpp"

namespace plim::plan {
namespace {

using testing::HasSubstr;

hw::Hardware with(std::string_view gpu) {
  return {.cpu = {"", 16, 16, 8},
          .memory = {.total = 1024_GiB, .available = 1000_GiB},
          .gpus = {hw::as_gpu(*hw::find_known_gpu(gpu), 0)}};
}

TEST(ModelCatalogue, AnswersForEachOfItsModels) {
  for (const auto id : known_models()) {
    const auto header = known_model(id);
    ASSERT_TRUE(header) << header.error().message;
    const auto answer = assess(with("B200"), *header, {});
    ASSERT_TRUE(answer) << id << ": " << answer.error().message;
    EXPECT_GT(answer->plan.ledger[0].weights, 50_MiB) << id;
    EXPECT_GT(answer->plan.speed.prefill.median, 1) << id;
    const bool embeds = id.contains("embed");
    EXPECT_EQ(answer->plan.speed.decode.median > 1, !embeds) << id;
    EXPECT_EQ(answer->plan.speed.decode.low < answer->plan.speed.decode.high, !embeds) << id;
  }
}

TEST(ModelCatalogue, ComesCloseToRealFiles) {
  // Sizes of published files.
  const auto near = [](std::string_view id, std::string_view quant, double bytes) {
    EXPECT_NEAR(static_cast<double>(known_model(id, quant)->tensor_bytes().value) / bytes, 1, 0.04)
        << id << " " << quant;
  };
  near("llama-2-7b", "Q4_0", 3.8225e9);
  near("llama-3-8b", "Q4_K_M", 4.917e9);
  near("qwen3-32b", "Q4_K_M", 19.757e9);
  near("gpt-oss-20b", "", 12.10e9);
  near("gpt-oss-120b", "", 63.37e9);
  near("qwen3.6-27b", "UD-Q8_K_XL", 35.77e9);
}

TEST(ModelCatalogue, KnowsTheCachesOfItsModels) {
  const auto cache = [](std::string_view id, std::int64_t context) {
    const auto answer = assess(with("B200"), *known_model(id), {.context = Tokens{context}});
    return answer->plan.ledger[0].kv;
  };
  EXPECT_EQ(cache("qwen3.6-27b", 131072), Bytes{65536ULL * 131072});
  EXPECT_EQ(cache("qwen3.6-35b-a3b", 131072), Bytes{20480ULL * 131072});
  EXPECT_EQ(cache("glm-4.7-flash", 131072), Bytes{54144ULL * 131072});
}

TEST(ModelCatalogue, PredictsPublishedSpeeds) {
  const auto speed = [](std::string_view id, std::string_view quant, std::string_view gpu) {
    return assess(with(gpu), *known_model(id, quant), {})->plan.speed.decode.median;
  };
  EXPECT_NEAR(speed("llama-2-7b", "Q4_0", "RTX 3090 Ti") / 172.3, 1, 0.15);
  EXPECT_NEAR(speed("llama-2-7b", "F16", "Apple M2 Max") / 24.65, 1, 0.15);
  EXPECT_NEAR(speed("qwen3-32b", "Q4_K_M", "RTX PRO 6000 Blackwell WS") / 62.4, 1, 0.15);
  EXPECT_NEAR(speed("gpt-oss-20b", "", "DGX Spark") / 79.7, 1, 0.25);
}

TEST(ModelCatalogue, SaysWhatItDoesNotKnow) {
  EXPECT_THAT(known_model("qwen3.6-28b").error().message, HasSubstr("near: qwen3.6-27b"));
  EXPECT_EQ(known_model("qwen3-8b", "Q9_Z").error().code, Errc::invalid);
}

}  // namespace
}  // namespace plim::plan
