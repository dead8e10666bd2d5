#include "engine/proof.hpp"

#include <gtest/gtest.h>

#include "engine/ladder.hpp"

namespace plim::engine {
namespace {

plan::RunPlan gpu_plan() {
  return {.device = "Vulkan0",
          .on_gpu = true,
          .layers = 36,
          .context = {8192},
          .ledger = {{.device = "Vulkan0", .weights = 4000_MiB, .kv = 1024_MiB, .compute = 300_MiB},
                     {.device = "host", .weights = 500_MiB, .compute = 40_MiB}},
          .rung = "full",
          .reason = "all of it"};
}

// What an engine that does as gpu_plan says has in its log.
LoadReport honest() {
  return {{{"CPU_Mapped", "model", 500_MiB},
           {"Vulkan0", "model", 4000_MiB},
           {"Vulkan_Host", "output", 1_MiB},
           {"Vulkan0", "KV", 1024_MiB},
           {"Vulkan0", "compute", 280_MiB},
           {"Vulkan_Host", "compute", 30_MiB}},
          37,
          37,
          2};
}

TEST(Proof, HoldsForAnEngineThatDoesAsPlanned) {
  const auto proof = prove(gpu_plan(), honest());
  EXPECT_TRUE(proof.holds()) << refuted(proof).message;
  EXPECT_EQ(proof.fault, Fault::none);
  EXPECT_EQ(proof.parts, (std::vector<Compared>{{"Vulkan0", "weights", 4000_MiB, 4000_MiB},
                                                {"Vulkan0", "KV cache", 1024_MiB, 1024_MiB},
                                                {"Vulkan0", "compute", 300_MiB, 280_MiB},
                                                {"host", "weights", 500_MiB, 500_MiB},
                                                {"host", "compute", 40_MiB, 31_MiB}}));
}

TEST(Proof, NamesTheBytesOfWeightsThatWentToTheHost) {
  auto report = honest();
  report.buffers[0].size = 541_MiB;
  report.buffers[1].size = 3959_MiB;
  const auto proof = prove(gpu_plan(), report);
  EXPECT_EQ(proof.fault, Fault::placement);
  EXPECT_EQ(refuted(proof),
            (Error{Errc::capacity,
                   "the engine is not as planned: weights of Vulkan0: planned 3.9 GiB, the engine "
                   "took 3.9 GiB (41.0 MiB less); weights of host: planned 500.0 MiB, the engine "
                   "took 541.0 MiB (41.0 MiB more)"}));
}

struct Lie {
  const char* what;
  Fault fault;
  void (*tell)(LoadReport&);
};

TEST(Proof, FindsEveryKindOfLie) {
  const Lie lies[] = {
      {"a layer stayed behind", Fault::placement, [](LoadReport& r) { r.offloaded_layers = 36; }},
      {"the log says nothing", Fault::size, [](LoadReport& r) { r.buffers.clear(); }},
      {"no word of layers", Fault::placement, [](LoadReport& r) { r.offloaded_layers = 0; }},
      {"the cache is in RAM", Fault::size, [](LoadReport& r) { r.buffers[3].device = "CPU"; }},
      {"the cache is larger", Fault::size, [](LoadReport& r) { r.buffers[3].size = 1026_MiB; }},
      {"the cache is smaller", Fault::size, [](LoadReport& r) { r.buffers[3].size = 1022_MiB; }},
      {"scratch is larger", Fault::size, [](LoadReport& r) { r.buffers[4].size = 302_MiB; }},
      {"repacked on the host", Fault::placement,
       [](LoadReport& r) { r.buffers.push_back({"CPU_REPACK", "model", 900_MiB}); }},
      {"another card", Fault::placement,
       [](LoadReport& r) { r.buffers.push_back({"Vulkan1", "KV", 2_MiB}); }},
      {"state nobody planned", Fault::size,
       [](LoadReport& r) { r.buffers.push_back({"Vulkan0", "RS", 75_MiB}); }},
      {"the graph is in pieces", Fault::size, [](LoadReport& r) { r.splits = 74; }},
  };
  for (const auto& lie : lies) {
    auto report = honest();
    lie.tell(report);
    EXPECT_EQ(prove(gpu_plan(), report).fault, lie.fault) << lie.what;
  }
}

TEST(Proof, TakesTheLogsRoundingAndSmallerScratch) {
  auto report = honest();
  report.buffers[1].size = Bytes{(4000_MiB).value + 5000};
  report.buffers[4].size = 10_MiB;
  EXPECT_TRUE(prove(gpu_plan(), report).holds());
}

TEST(Proof, LetsAProcessorPadWhatItRepacks) {
  const plan::RunPlan plan{.device = "none", .ledger = {{.device = "host", .weights = 490_MiB}}};
  const LoadReport padded{{{"AMX", "model", 480_MiB}, {"CPU_Mapped", "model", 30_MiB}}, 0, 0, 1};
  EXPECT_TRUE(prove(plan, padded).holds());
  const LoadReport twice{{{"AMX", "model", 490_MiB}, {"CPU_Mapped", "model", 490_MiB}}, 0, 0, 1};
  EXPECT_EQ(prove(plan, twice).fault, Fault::placement);
}

TEST(Proof, CountsEachCardOfSeveral) {
  const plan::RunPlan plan{.device = "CUDA0,CUDA1",
                           .on_gpu = true,
                           .layers = 3,
                           .ledger = {{.device = "CUDA0", .kv = 10_MiB},
                                      {.device = "CUDA1", .kv = 20_MiB},
                                      {.device = "host"}}};
  LoadReport report{{{"CUDA0", "KV", 10_MiB}, {"CUDA1", "KV", 20_MiB}}, 4, 4, 3};
  EXPECT_TRUE(prove(plan, report).holds());
  std::swap(report.buffers[0].size, report.buffers[1].size);
  EXPECT_EQ(prove(plan, report).problems.size(), 2U);
}

plan::RunPlan rung(const char* device, Bytes kv) {
  return {.device = device, .ledger = {{.device = device, .kv = kv}}};
}

TEST(Proof, WantsWhatGuessesSetUpAndWhollyOnItsDevice) {
  auto plan = gpu_plan();
  plan.draft = 3;
  plan.draft_by = plan::DraftBy::model;
  auto report = honest();
  EXPECT_EQ(prove(plan, report).fault, Fault::guess);
  report.guesses = true;
  EXPECT_TRUE(prove(plan, report).holds());
  report.draft_layers = 9;
  report.draft_offloaded_layers = 5;
  EXPECT_EQ(prove(plan, report).fault, Fault::placement);
  plan.draft_by = plan::DraftBy::text;
  EXPECT_TRUE(prove(plan, honest()).holds()) << "text is guessed from without weights";
}

TEST(Proof, KnowsThatAMappedFileSpansLayersThatAreNotUsed) {
  auto plan = gpu_plan();
  auto report = honest();
  report.buffers[0].size = 560_MiB;
  EXPECT_EQ(prove(plan, report).fault, Fault::placement);
  plan.not_loaded = 60_MiB;
  EXPECT_TRUE(prove(plan, report).holds());
}

TEST(Ladder, LeavesWhatGuessesOutWhereItFailsOrLoses) {
  auto guessing = gpu_plan();
  guessing.draft = 3;
  guessing.draft_by = plan::DraftBy::layers;
  auto shorter = gpu_plan();
  shorter.context = {4096};
  Ladder ladder(guessing, {gpu_plan(), shorter});
  EXPECT_TRUE(Ladder(ladder).step_down(Fault::guess));
  ladder.stop_drafting();
  EXPECT_EQ(ladder.current(), gpu_plan());
  EXPECT_EQ(ladder.above(), nullptr);
  EXPECT_FALSE(ladder.step_down(Fault::guess));
  Ladder alone(guessing, {});
  EXPECT_FALSE(alone.step_down(Fault::guess));
}

TEST(Ladder, StepsToWhatCouldMendTheFaultAndBackUp) {
  const std::vector<plan::RunPlan> plans{rung("A", 9_MiB), rung("A", 9_MiB), rung("A", 4_MiB),
                                         rung("B", 9_MiB), rung("B", 1_MiB)};
  Ladder ladder(plans[0], {plans.begin() + 1, plans.end()});
  EXPECT_EQ(ladder.above(), nullptr);
  EXPECT_TRUE(ladder.step_down(Fault::size));
  EXPECT_EQ(ladder.current(), plans[2]);
  EXPECT_TRUE(ladder.step_down(Fault::placement));
  EXPECT_EQ(ladder.current(), plans[3]);
  EXPECT_FALSE(ladder.step_down(Fault::placement));
  ASSERT_NE(ladder.above(), nullptr);
  EXPECT_EQ(*ladder.above(), plans[2]);
  ladder.step_up();
  ladder.step_up();
  EXPECT_EQ(ladder.current(), plans[0]);
  EXPECT_EQ(ladder.above(), nullptr);
  ladder.use_threads(3);
  EXPECT_EQ(ladder.current().threads, 3);
}

}  // namespace
}  // namespace plim::engine
