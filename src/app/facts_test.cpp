#include "app/facts.hpp"

#include <format>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sys/temp_dir.hpp"

namespace plim::app {
namespace {

namespace fs = std::filesystem;

// A machine of its own: folders, a model file, and an engine whose dry run tells 100 MiB.
class FactsTest : public testing::Test {
 protected:
  FactsTest() {
    paths_.cache = dir_.path() / "cache";
    model_ = dir_.path() / "model.gguf";
    std::ofstream(model_) << "GGUF";
    install("100.00");
  }

  // Counts its runs in "asked".
  void install(const std::string& mib) {
    server_ = dir_.path() / "llama-server";
    std::ofstream(server_) << "#!/bin/sh\necho >>" << (dir_.path() / "asked").string() << "\n"
                           << "echo 'sched_reserve: CPU compute buffer size = " << mib
                           << " MiB'\necho 'memory_breakdown_print: |   - Host | 1 |'\n";
    fs::permissions(server_, fs::perms::owner_all);
  }

  [[nodiscard]] int asked() const {
    std::ifstream in(dir_.path() / "asked");
    int lines = 0;
    for (std::string line; std::getline(in, line);) ++lines;
    return lines;
  }

  [[nodiscard]] Facts facts() const { return {context_, server_, {.cpu = {.cores = 4}}}; }

  [[nodiscard]] plan::RunPlan plan(std::int64_t context, Bytes compute) const {
    return {.files = {model_},
            .device = "none",
            .context = {context},
            .ledger = {{.device = "host",
                        .free = 300_MiB,
                        .weights = 100_MiB,
                        .compute = compute,
                        .reserve = 90_MiB}}};
  }

  sys::TempDir dir_ = sys::TempDir::make("/tmp", "facts").value();
  Config config_;
  Paths paths_;
  Environment environment_;
  Context context_{config_, paths_, environment_, "/", {}};
  fs::path model_;
  fs::path server_;
};

TEST_F(FactsTest, AreForgottenWithAnotherFileOrEngine) {
  const auto one = plan(4096, 1_MiB);
  EXPECT_FALSE(facts().proved(one));
  EXPECT_FALSE(facts().pace(one));
  facts().remember_proved(one);
  facts().remember_drafts_lose(one);
  facts().remember_pace(one, {2, 800, 41.5});
  EXPECT_TRUE(facts().proved(one));
  EXPECT_FALSE(facts().proved(plan(8192, 1_MiB)));
  EXPECT_TRUE(facts().drafts_lose(one));
  EXPECT_EQ(facts().pace(one), (engine::Pace{2, 800, 41.5}));
  std::ofstream(model_) << "GGUF, another";
  EXPECT_FALSE(facts().proved(one));
  EXPECT_FALSE(facts().pace(one));
  EXPECT_FALSE(facts().drafts_lose(one));
}

TEST_F(FactsTest, AskTheEngineOnceForEachPlan) {
  auto one = plan(4096, 1_MiB);
  EXPECT_THAT(facts().compute(one).value(), testing::ElementsAre(100_MiB));
  one.cache_ram = 512_MiB;  // what is free may change, and nothing of the scratch with it
  EXPECT_THAT(facts().compute(one).value(), testing::ElementsAre(100_MiB));
  EXPECT_EQ(asked(), 1);
  one.context = {8192};
  EXPECT_TRUE(facts().compute(one));
  EXPECT_EQ(asked(), 2);
}

TEST_F(FactsTest, ReckonRaisesWhatWasEstimatedTooLow) {
  std::vector<plan::RunPlan> rungs{plan(8192, 40_MiB), plan(4096, 20_MiB)};
  ASSERT_TRUE(reckon(facts(), rungs).value());
  ASSERT_EQ(rungs.size(), 2U);
  EXPECT_EQ(rungs[0].ledger[0].compute, 100_MiB);
  EXPECT_EQ(rungs[0].ledger[0].left, 10_MiB);
  EXPECT_TRUE(rungs[0].compute_known);
  EXPECT_EQ(rungs[1].ledger[0].compute, 80_MiB) << "60 MiB more, as the first";
  EXPECT_FALSE(rungs[1].compute_known);
}

TEST_F(FactsTest, ReckonDropsWhatDoesNotFitByTheEnginesOwnAccount) {
  install("120.00");
  std::vector<plan::RunPlan> rungs{plan(8192, 40_MiB)};
  EXPECT_FALSE(reckon(facts(), rungs).value());
  EXPECT_TRUE(rungs.empty());
}

TEST_F(FactsTest, ReckonLeavesTheEstimatesOfAnEngineThatTellsNothing) {
  std::ofstream(server_) << "#!/bin/sh\necho 'listening on 1'\nexec sleep 60\n";
  std::vector<plan::RunPlan> rungs{plan(8192, 40_MiB)};
  const auto before = rungs;
  EXPECT_FALSE(reckon(facts(), rungs));
  EXPECT_EQ(rungs, before);
}

// A llama-bench beside the server that reads 2048 tokens at once faster than 512.
void install_bench(const fs::path& server) {
  const auto bench = server.parent_path() / "llama-bench";
  std::ofstream(bench) << R"(#!/bin/sh
for word; do [ "$last" = -ub ] && batches=$word; [ "$last" = -t ] && threads=$word; last=$word; done
echo "$@" >> "$0.asked"
for t in $(echo $threads | tr , ' '); do for u in $(echo $batches | tr , ' '); do
  echo "{\"n_threads\":$t,\"n_ubatch\":$u,\"n_gen\":0,\"avg_ts\":$((40000 + u * 10))}"
  echo "{\"n_threads\":$t,\"n_ubatch\":$u,\"n_gen\":9,\"avg_ts\":$((100 / t))}"
done; done
)";
  fs::permissions(bench, fs::perms::owner_all);
}

TEST_F(FactsTest, AGlanceAtANewModelSettlesThreadsAndUbatchOnce) {
  install_bench(server_);
  const auto one = plan(8192, 1_MiB);
  ASSERT_TRUE(facts().worth_a_glance(one));
  facts().glance(one);
  EXPECT_EQ(facts().pace(one), (engine::Pace{1, 45120, 100, 2048}));
  EXPECT_FALSE(facts().worth_a_glance(one));
}

TEST_F(FactsTest, AGlanceIsNotTakenTwiceNorAtWhatTakesLongToLoad) {
  auto one = plan(8192, 1_MiB);
  facts().glance(one);  // there is no llama-bench
  EXPECT_FALSE(facts().pace(one));
  EXPECT_FALSE(facts().worth_a_glance(one));
  auto large = plan(8192, 1_MiB);
  large.device_label = "another";
  EXPECT_TRUE(facts().worth_a_glance(large));
  large.ledger[0].weights = 5_GiB;
  EXPECT_FALSE(facts().worth_a_glance(large));
}

TEST_F(FactsTest, KeepWhatGuessesApart) {
  auto by_text = plan(4096, 1_MiB);
  by_text.draft = 16;
  auto by_layers = by_text;
  by_layers.draft_by = plan::DraftBy::layers;
  facts().remember_drafts_lose(by_layers);
  facts().remember_proved(by_layers);
  EXPECT_TRUE(facts().drafts_lose(by_layers));
  EXPECT_FALSE(facts().drafts_lose(by_text));
  EXPECT_FALSE(facts().proved(by_text));
  EXPECT_TRUE(guesses_in_vain(facts(), config_, by_layers));
  EXPECT_FALSE(guesses_in_vain(facts(), config_, by_text));
  auto settled = by_layers;
  settle(facts(), config_, settled);
  EXPECT_EQ(settled.draft, 16) << "a plan without it stands below; this one is dropped whole";
}

TEST_F(FactsTest, LetLayersGuessOnAProcessorOnlyWhereALossCanBeTold) {
  auto by_layers = plan(4096, 1_MiB);
  by_layers.draft = 3;
  by_layers.draft_by = plan::DraftBy::layers;
  EXPECT_TRUE(guesses_in_vain(facts(), config_, by_layers));
  auto by_model = by_layers;
  by_model.draft_by = plan::DraftBy::model;
  EXPECT_FALSE(guesses_in_vain(facts(), config_, by_model)) << "the user asked for it";
  facts().remember_pace(by_layers, {1, 100, 10});
  EXPECT_FALSE(guesses_in_vain(facts(), config_, by_layers));
  auto on_gpu = by_layers;
  on_gpu.device = "CUDA0";
  on_gpu.on_gpu = true;
  EXPECT_FALSE(guesses_in_vain(facts(), config_, on_gpu));
}

TEST_F(FactsTest, DoNotLetAVeryFastModelGuessFromText) {
  auto fast = plan(4096, 1_MiB);
  fast.draft = 16;
  facts().remember_pace(fast, {1, 8000, 2000});
  auto settled = fast;
  settle(facts(), config_, settled);
  EXPECT_EQ(settled.draft, 0);
  ASSERT_TRUE(config_.set("engine.speculation", "on", "test"));
  settled = fast;
  settle(facts(), config_, settled);
  EXPECT_EQ(settled.draft, 16);
}

TEST_F(FactsTest, SettleThreadsSpeedAndGuessing) {
  auto one = plan(4096, 1_MiB);
  one.draft = 16;
  one.speed.decode = {50, 40, 60};
  one.full_decode = {25, 20, 30};
  auto settled = one;
  settle(facts(), config_, settled);
  EXPECT_EQ(settled, one) << "nothing is known yet";
  facts().remember_pace(one, {3, 800, 100});
  settle(facts(), config_, settled);
  EXPECT_EQ(settled.threads, 3);
  EXPECT_EQ(settled.speed.decode.median, 100);
  EXPECT_EQ(settled.full_decode.median, 50);
  EXPECT_EQ(settled.draft, 16);
  facts().remember_drafts_lose(one);
  settle(facts(), config_, settled);
  EXPECT_EQ(settled.draft, 0);
  ASSERT_TRUE(config_.set("engine.speculation", "on", "test"));
  settled.draft = 16;
  settle(facts(), config_, settled);
  EXPECT_EQ(settled.draft, 16);
}

}  // namespace
}  // namespace plim::app
