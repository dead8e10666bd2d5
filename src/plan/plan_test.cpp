#include "plan/plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plan/test_models.hpp"
#include "plan/weights.hpp"

namespace plim::plan {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

gguf::Header header_of(const gguf::TestWriter& writer) {
  auto header = gguf::parse(writer.header(), {.whole_file = false});
  EXPECT_TRUE(header) << header.error().message;
  auto model = header.value_or(gguf::Header{});
  model.files = {"/models/m.gguf"};
  return model;
}

hw::Gpu card(Bytes total, Bytes free, std::string id = "CUDA0") {
  return {
      .name = "NVIDIA Test " + id, .engine_device = std::move(id), .total = total, .free = free};
}

hw::Hardware machine(std::vector<hw::Gpu> gpus) {
  return {.cpu = {"Test CPU", 16, 16, 8},
          .memory = {.total = 64_GiB, .available = 48_GiB},
          .gpus = std::move(gpus)};
}

void expect_balanced(const RunPlan& plan) {
  for (const auto& row : plan.ledger) {
    EXPECT_EQ(row.needed() + row.reserve + row.left, row.free) << row.device;
  }
}

TEST(Plan, GivesATinyModelOneThreadWhateverTheMachineHas) {
  const test::Dims dims{"llama", 2, 64, 128, 2, 1, 32, 256, 4096};
  auto writer = test::base(dims);
  test::dense_tensors(writer, dims, "f16", "f16");
  EXPECT_EQ(make(machine({}), header_of(writer))->threads, 1);
  EXPECT_EQ(make(machine({}), header_of(writer), {.threads = 4})->threads, 4);
}

TEST(Plan, PutsEverythingOnTheCardAndAccountsForEachByte) {
  const auto plan = make(machine({card(24_GiB, 23_GiB)}), header_of(test::llama_8b()));
  ASSERT_TRUE(plan) << plan.error().message;
  EXPECT_EQ(plan->device, "CUDA0");
  EXPECT_TRUE(plan->on_gpu);
  EXPECT_EQ(plan->layers, 32);
  EXPECT_EQ(plan->context, Tokens{32768});
  EXPECT_EQ(plan->kv_k, KvType::f16);
  EXPECT_EQ(plan->rung, "full");
  EXPECT_EQ(plan->threads, 8);
  EXPECT_EQ(plan->cache_ram, 2_GiB);
  EXPECT_EQ(plan->checkpoints, 0);
  ASSERT_EQ(plan->ledger.size(), 2U);
  EXPECT_EQ(plan->ledger[0].kv, 4096_MiB);
  EXPECT_EQ(plan->ledger[0].reserve, 2_GiB);
  EXPECT_EQ(plan->ledger[1].device, "host");
  EXPECT_EQ(plan->ledger[1].weights, Bytes{128256ULL * 4096 / 256 * 144});
  EXPECT_THAT(plan->warnings, IsEmpty());
  expect_balanced(*plan);
}

TEST(Plan, KeepsMoreFreeOnLargeCardsAndWhatTheUserSays) {
  const auto model = header_of(test::llama_8b());
  EXPECT_EQ(make(machine({card(32_GiB, 31_GiB)}), model)->ledger[0].reserve, 4_GiB);
  EXPECT_EQ(make(machine({card(32_GiB, 31_GiB)}), model, {.reserve = 1_GiB})->ledger[0].reserve,
            1_GiB);
}

gguf::Header small_llama() {
  const test::Dims dims{"llama", 4, 512, 1024, 8, 2, 64, 128256, 131072};
  auto writer = test::base(dims);
  test::dense_tensors(writer, dims, "q8_0", "q8_0");
  auto header = header_of(writer);
  header.files = {"/models/small.gguf"};
  return header;
}

TEST(Plan, PutsAModelThatGuessesIntoTheSameLedger) {
  const auto small = small_llama();
  const Wishes wishes{.draft = 16, .draft_ahead = 3, .drafter = small};
  const auto plans = ladder(machine({card(24_GiB, 23_GiB)}), header_of(test::llama_8b()), wishes);
  ASSERT_TRUE(plans) << plans.error().message;
  const auto& with = plans->at(0);
  const auto& without = plans->at(1);
  EXPECT_TRUE(with.guesses_with_weights());
  EXPECT_EQ(with.draft, 3);
  EXPECT_EQ(with.draft_files, small.files);
  EXPECT_EQ(with.draft_device, "CUDA0");
  EXPECT_FALSE(without.guesses_with_weights());
  EXPECT_EQ(without.draft, 16);
  EXPECT_EQ(without.context, with.context);
  const auto weights = weights_of(small, 4);
  EXPECT_EQ(with.ledger[0].weights, without.ledger[0].weights + weights.on_gpu());
  EXPECT_EQ(with.ledger[1].weights, without.ledger[1].weights + weights.lookups);
  EXPECT_EQ(with.ledger[0].kv, without.ledger[0].kv + 64_MiB);  // 32768 x 4 x 2 x 128 x 2 B
  EXPECT_GT(with.draft_bytes, weights.file + 64_MiB);
  expect_balanced(with);
  expect_balanced(without);
}

TEST(Plan, GivesNothingElseUpForAModelThatGuesses) {
  const auto model = header_of(test::llama_8b());
  const auto hardware = machine({card(12_GiB, 11_GiB)});
  const auto plain = ladder(hardware, model, {});
  auto wishes = Wishes{.draft_ahead = 3, .drafter = header_of(test::llama_8b())};
  const auto plans = ladder(hardware, model, wishes);
  ASSERT_TRUE(plans) << plans.error().message;
  EXPECT_EQ(plans->size(), plain->size());
  EXPECT_FALSE(plans->front().guesses_with_weights());
  EXPECT_THAT(plans->front().warnings,
              testing::Contains(HasSubstr("does not fit beside it, so it guesses nothing")));
}

TEST(Plan, LetsAModelGuessByItsOwnFurtherLayers) {
  const test::Dims dims{"glm4moe", 5, 256, 512, 8, 2, 32, 1000, 32768};
  auto writer = test::base(dims);
  writer.u32("glm4moe.nextn_predict_layers", 1);
  test::dense_tensors(writer, dims, "f32", "f32");
  const auto silent = header_of(writer);
  writer.tensor("blk.4.nextn.eh_proj.weight", {512, 256}, "f32");
  const auto speaking = header_of(writer);
  const Wishes wishes{.context = Tokens{4096}, .draft_ahead = 3};
  EXPECT_FALSE(make(machine({}), silent, wishes)->guesses_with_weights());
  const auto plans = ladder(machine({}), speaking, wishes);
  ASSERT_TRUE(plans) << plans.error().message;
  const auto& with = plans->at(0);
  const auto& without = plans->at(1);
  EXPECT_EQ(with.draft_by, DraftBy::layers);
  EXPECT_EQ(with.ledger[0].kv, without.ledger[0].kv + 1_MiB);  // 4096 x 2 x 64 x 2 B
  EXPECT_EQ(with.ledger[0].weights, speaking.tensor_bytes());
  EXPECT_EQ(without.ledger[0].weights + without.not_loaded, speaking.tensor_bytes());
  EXPECT_GT(without.not_loaded, Bytes{});
  EXPECT_EQ(with.not_loaded, Bytes{});
}

TEST(Vocabulary, HasToBeTheSameForOneModelToGuessForAnother) {
  const auto of = [](std::string kind, std::vector<std::string> tokens, bool bos = false) {
    gguf::Header header;
    header.values["general.name"] = kind;
    header.values["tokenizer.ggml.model"] = std::move(kind);
    header.values["tokenizer.ggml.add_bos_token"] = bos;
    const auto count = tokens.size();
    header.values["tokenizer.ggml.tokens"] = gguf::Array{
        .element = gguf::ValueType::string, .count = count, .strings = std::move(tokens)};
    return header;
  };
  const std::vector<std::string> tokens{"<0>", "<1>", "<2>", "<3>", "<4>", "a", "b"};
  auto control = tokens;
  control[2] = "<x>";
  auto other = tokens;
  other[6] = "c";
  EXPECT_TRUE(same_vocabulary(of("gpt2", tokens), of("gpt2", tokens)));
  EXPECT_TRUE(same_vocabulary(of("gpt2", tokens), of("gpt2", control)));
  EXPECT_EQ(same_vocabulary(of("gpt2", tokens), of("gpt2", other)).error(),
            (Error{Errc::invalid, "gpt2 cannot guess for gpt2: token 6 is another"}));
  EXPECT_EQ(
      same_vocabulary(of("gpt2", tokens), of("llama", tokens)).error(),
      (Error{Errc::invalid, "llama cannot guess for gpt2: its tokenizer is llama, not gpt2"}));
  EXPECT_FALSE(same_vocabulary(of("gpt2", tokens), of("gpt2", tokens, true)));
  EXPECT_FALSE(same_vocabulary(of("gpt2", tokens), of("gpt2", std::vector<std::string>(400, "t"))));
}

TEST(Plan, CountsWhatALayoutForTilesOfBytesAdds) {
  const auto model = small_llama();
  auto hardware = machine({});
  const auto plain = make(hardware, model, {});
  hardware.cpu.amx = true;
  const auto tiled = make(hardware, model, {});
  ASSERT_TRUE(plain && tiled);
  EXPECT_EQ(plain->repack, Bytes{});
  EXPECT_EQ(tiled->ledger[0].overhead, plain->ledger[0].overhead + tiled->repack);
  // 4 bytes for each 34 of the matrices that are multiplied.
  const auto matrices = model.tensor_bytes() - weights_of(model, 4).lookups;
  EXPECT_LE(tiled->repack, Bytes{matrices.value * 4 / 34});
  EXPECT_GE(tiled->repack, Bytes{matrices.value * 4 / 35});
}

TEST(Plan, TakesASmallerCacheTypeBeforeAShorterContext) {
  const auto plan = make(machine({card(11_GiB, 10_GiB)}), header_of(test::llama_8b()));
  ASSERT_TRUE(plan) << plan.error().message;
  EXPECT_EQ(plan->context, Tokens{32768});
  EXPECT_EQ(plan->kv_k, KvType::q8_0);
  EXPECT_EQ(plan->rung, "q8_0 cache");
  EXPECT_EQ(plan->reason, "With q8_0 cache instead of f16, 32768 tokens fit.");
}

TEST(Plan, ShortensTheContextToTheMostThatFits) {
  const auto model = header_of(test::llama_8b());
  const auto plan = make(machine({card(8_GiB, 7900_MiB)}), model);
  ASSERT_TRUE(plan) << plan.error().message;
  EXPECT_EQ(plan->kv_k, KvType::q8_0);
  EXPECT_LT(plan->context, Tokens{32768});
  EXPECT_EQ(plan->context.value % 256, 0);
  const auto more =
      make(machine({card(8_GiB, 7900_MiB)}), model, {.context = plan->context + Tokens{256}});
  EXPECT_FALSE(more);
  expect_balanced(*plan);
}

TEST(Plan, GivesALadderThatOnlyEverGivesUpMore) {
  const auto plans = ladder(machine({card(24_GiB, 23_GiB)}), header_of(test::llama_8b()), {});
  ASSERT_TRUE(plans) << plans.error().message;
  std::vector<std::pair<std::int64_t, std::string_view>> steps;
  for (const auto& plan : *plans) {
    steps.emplace_back(plan.context.value, to_string(plan.kv_k));
    expect_balanced(plan);
  }
  EXPECT_THAT(
      steps, ElementsAre(std::pair(32768, "f16"), std::pair(32768, "q8_0"), std::pair(16384, "f16"),
                         std::pair(16384, "q8_0"), std::pair(8192, "f16"), std::pair(8192, "q8_0"),
                         std::pair(4096, "f16"), std::pair(4096, "q8_0")));
  EXPECT_EQ(plans->at(3).rung, "shorter context, q8_0 cache");
}

TEST(Plan, RefusesWithNumbersAndTheNearestThatFits) {
  const auto plan = make(machine({card(8_GiB, 7000_MiB)}), header_of(test::llama_8b()));
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().code, Errc::capacity);
  EXPECT_THAT(
      plan.error().message,
      testing::AllOf(
          HasSubstr("llama does not fit: NVIDIA Test CUDA0 would need 5.0 GiB for a context "
                    "of 4096 tokens with q8_0 cache (weights 4.1 GiB, cache 272.0 MiB, "),
          HasSubstr("but 4.8 GiB are available (6.8 GiB free less 2.0 GiB reserve). "
                    "Nearest that fits: a context of "),
          HasSubstr(" tokens with q8_0 cache, or all of it on the CPU (--device cpu)")));
}

TEST(Plan, NamesTheReserveOrASmallerFileWhenNoContextFits) {
  const auto model = header_of(test::llama_8b());
  EXPECT_THAT(make(machine({card(8_GiB, 6_GiB)}), model).error().message,
              HasSubstr("Nearest that fits: this context with a reserve of at most"));
  EXPECT_THAT(make(machine({card(6_GiB, 4_GiB)}), model).error().message,
              HasSubstr("Nearest that fits: a model file of about"));
  EXPECT_THAT(make(machine({card(8_GiB, 1_GiB)}), model).error().message,
              HasSubstr("Nearest that fits: nothing on this device"));
}

TEST(Plan, SharesTheLayersBetweenCardsWhenOneIsTooSmall) {
  const auto model = header_of(test::gemma3_27b());
  const auto plan = make(machine({card(16_GiB, 15_GiB), card(12_GiB, 11_GiB, "CUDA1")}), model);
  ASSERT_TRUE(plan) << plan.error().message;
  EXPECT_EQ(plan->device, "CUDA0,CUDA1");
  ASSERT_EQ(plan->ledger.size(), 3U);
  ASSERT_EQ(plan->split.size(), 2U);
  EXPECT_EQ(plan->split[0] + plan->split[1], 63U);  // the output layer is one more
  EXPECT_GT(plan->split[0], plan->split[1]);
  EXPECT_EQ(plan->ledger[0].weights + plan->ledger[1].weights, model.tensor_bytes());
  expect_balanced(*plan);
}

TEST(Plan, NeverSharesAModelBetweenTheCardAndTheCpuUnasked) {
  const auto model = header_of(test::gemma3_27b());
  const auto small = machine({card(12_GiB, 11_GiB)});
  ASSERT_FALSE(make(small, model));
  EXPECT_THAT(make(small, model).error().message, HasSubstr("NVIDIA Test CUDA0 would need"));
  const auto asked = make(small, model, {.context = Tokens{8192}, .offload = true});
  ASSERT_TRUE(asked) << asked.error().message;
  EXPECT_GT(asked->host_layers, 0);
  EXPECT_EQ(asked->rung, "layers in RAM");
  EXPECT_EQ(asked->ledger[0].weights + asked->ledger[1].weights,
            model.tensor_bytes() + weights_of(model, 62).tied);
  expect_balanced(*asked);
}

TEST(Plan, LeavesLayersInRamAtAShorterContextWhereTheWholeOneDoesNotFitEither) {
  const auto model = header_of(test::llama_8b());
  auto small = machine({card(5_GiB, 5_GiB)});
  small.memory = {.total = 6_GiB, .available = 5_GiB};
  const auto asked = make(small, model, {.offload = true});
  ASSERT_TRUE(asked) << asked.error().message;
  EXPECT_EQ(asked->rung, "layers in RAM");
  EXPECT_LT(asked->context, Tokens{32768});
  EXPECT_GT(asked->host_layers, 0);
  EXPECT_THAT(to_text(*asked), HasSubstr(std::format("{} of 32 layers", 32 - asked->host_layers)));
  expect_balanced(*asked);
}

TEST(Plan, SaysThatRamIsWhatLacksWhereLayersMayStayThere) {
  const auto model = header_of(test::llama_8b());
  auto small = machine({card(4_GiB, 4_GiB)});
  small.memory = {.total = 4_GiB, .available = 3_GiB};
  EXPECT_THAT(make(small, model, {.offload = true}).error().message,
              testing::ContainsRegex("with [0-9]+ of 32 layers in RAM, that would need .* of RAM"));
}

TEST(Plan, GivesEachSlotWholeCells) {
  const auto model = header_of(test::llama_8b());
  const auto hardware = machine({card(24_GiB, 23_GiB)});
  EXPECT_EQ(make(hardware, model, {.slots = 3})->context, Tokens{3 * 11008});
  EXPECT_EQ(make(hardware, model, {.context = Tokens{1000}, .slots = 3})->context, Tokens{3 * 512});
  EXPECT_EQ(make(hardware, model, {.context = Tokens{1000}, .slots = 3, .unified = true})->context,
            Tokens{1024});
  const auto many = make(hardware, model, {.slots = 256});
  EXPECT_EQ(many->context, Tokens{65536});
  EXPECT_THAT(to_text(*many), HasSubstr("context 65536 in 256 slots of 256"));
}

TEST(Plan, AnswersAlsoForWhatDoesNotFit) {
  const auto answer =
      assess(machine({card(4_GiB, 4_GiB)}), header_of(test::llama_8b()), {.context = Tokens{8192}});
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_FALSE(answer->fits);
  EXPECT_EQ(answer->plan.rung, "does not fit");
  EXPECT_EQ(answer->plan.context, Tokens{8192});
  EXPECT_LT(left_of(answer->plan.ledger[0]), 0);
  EXPECT_THAT(answer->plan.reason, HasSubstr("Nearest that fits"));
}

TEST(Plan, PutsSeveralModelsIntoOneLedger) {
  const auto model = header_of(test::llama_8b());
  const auto both =
      assess_together(machine({card(24_GiB, 23_GiB)}), {model, model}, {.context = Tokens{8192}});
  ASSERT_TRUE(both) << both.error().message;
  EXPECT_TRUE((*both)[0].fits && (*both)[1].fits);
  EXPECT_EQ((*both)[1].plan.ledger[0].free,
            (*both)[0].plan.ledger[0].free - (*both)[0].plan.ledger[0].needed());
  const auto rows = merge(*both);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].weights, (*both)[0].plan.ledger[0].weights * 2);
  EXPECT_EQ(rows[0].left, (*both)[1].plan.ledger[0].left);
  const auto three = assess_together(machine({card(16_GiB, 15_GiB)}), {model, model, model}, {});
  ASSERT_TRUE(three);
  EXPECT_FALSE(three->back().fits);
}

TEST(Plan, PrefersTheCardWithMostFree) {
  const auto plan = make(machine({card(24_GiB, 8_GiB), card(24_GiB, 23_GiB, "CUDA1")}),
                         header_of(test::llama_8b()));
  ASSERT_TRUE(plan) << plan.error().message;
  EXPECT_EQ(plan->device, "CUDA1");
}

TEST(Plan, UsesTheCpuWithoutAGpuAndCountsItsRamOnce) {
  const auto plan = make(machine({}), header_of(test::gemma3_27b()), {.desired_context{8192}});
  ASSERT_TRUE(plan) << plan.error().message;
  EXPECT_EQ(plan->device, "none");
  EXPECT_FALSE(plan->on_gpu);
  ASSERT_EQ(plan->ledger.size(), 1U);
  EXPECT_EQ(plan->ledger[0].weights, header_of(test::gemma3_27b()).tensor_bytes());
  EXPECT_EQ(plan->ledger[0].reserve, 4_GiB);
  EXPECT_EQ(plan->checkpoints, 8);
  expect_balanced(*plan);
}

TEST(Plan, DoesNotTakeACpuInDisguiseUnlessItIsNamed) {
  auto fake = card(24_GiB, 20_GiB, "Vulkan0");
  fake.name = "llvmpipe";
  fake.kind = hw::GpuKind::software;
  const auto model = header_of(test::llama_8b());
  EXPECT_EQ(make(machine({fake}), model)->device, "none");
  EXPECT_EQ(make(machine({fake}), model, {.device = "llvmpipe"})->device, "Vulkan0");
  EXPECT_EQ(make(machine({fake}), model, {.device = "vulkan0"})->device, "Vulkan0");
}

TEST(Plan, TakesUnifiedMemoryFromTheHost) {
  auto apple = card(48_GiB, 40_GiB, "MTL0");
  apple.kind = hw::GpuKind::unified;
  const auto plan = make(machine({apple}), header_of(test::llama_8b()));
  ASSERT_TRUE(plan) << plan.error().message;
  EXPECT_EQ(plan->ledger[1].free, 48_GiB - plan->ledger[0].needed());
  expect_balanced(*plan);
}

TEST(Plan, SaysWhenTheEngineDoesNotSeeACard) {
  auto unseen = card(24_GiB, 23_GiB, "");
  unseen.name = "NVIDIA RTX";
  const auto model = header_of(test::llama_8b());
  const auto plan = make(machine({unseen}), model);
  ASSERT_TRUE(plan) << plan.error().message;
  EXPECT_EQ(plan->device, "none");
  EXPECT_THAT(plan->warnings, ElementsAre(HasSubstr("the engine does not see it")));
  EXPECT_EQ(make(machine({unseen}), model, {.device = "RTX"}).error().code, Errc::invalid);
}

TEST(Plan, RefusesWishesThatContradictTheModelOrTheMachine) {
  const auto model = header_of(test::llama_8b());
  const auto here = machine({card(24_GiB, 23_GiB)});
  EXPECT_EQ(make(here, model, {.device = "CUDA7"}).error(),
            (Error{Errc::not_found,
                   "no device is called \"CUDA7\"; there are: cpu, CUDA0 (NVIDIA "
                   "Test CUDA0)"}));
  EXPECT_EQ(make(here, model, {.context = Tokens{200000}}).error(),
            (Error{Errc::invalid,
                   "a context of 200000 tokens is more than the 131072 the model was "
                   "trained for"}));
  EXPECT_EQ(make(here, model, {.context = Tokens{0}}).error().code, Errc::invalid);
  EXPECT_EQ(make(here, model, {.ubatch = 0}).error().code, Errc::invalid);
}

TEST(Plan, StaysWithinAShortTraining) {
  const auto tiny = test::base({"llama", 2, 64, 128, 2, 2, 32, 100, 1100});
  const auto plan = make(machine({}), header_of(tiny));
  ASSERT_TRUE(plan) << plan.error().message;
  EXPECT_EQ(plan->context, Tokens{1024});
  EXPECT_EQ(plan->rung, "full");
}

TEST(Plan, LeavesOutCacheTypesTheHeadsCannotHold) {
  const auto odd = header_of(test::base({"llama", 2, 40, 128, 2, 2, 20, 100, 4096}));
  const auto plans = ladder(machine({}), odd, {});
  ASSERT_TRUE(plans) << plans.error().message;
  for (const auto& plan : *plans) EXPECT_EQ(plan.kv_k, KvType::f16);
  EXPECT_EQ(make(machine({}), odd, {.kv_types = {KvType::q8_0}}).error().code, Errc::invalid);
}

TEST(Plan, WarnsBelowFourBits) {
  auto writer = test::base({"llama", 1, 256, 256, 2, 2, 128, 256, 4096});
  writer.tensor("token_embd.weight", {256, 256}, "q2_K");
  const auto plan = make(machine({}), header_of(writer));
  ASSERT_TRUE(plan) << plan.error().message;
  EXPECT_THAT(plan->warnings, ElementsAre(HasSubstr("2.6 bits per weight")));
}

TEST(Plan, LeavesUsersRamAloneWhenItIsShort) {
  auto small = machine({card(24_GiB, 23_GiB)});
  small.memory = {.total = 8_GiB, .available = 2048_MiB};
  const auto plan = make(small, header_of(test::llama_8b()));
  ASSERT_TRUE(plan) << plan.error().message;
  EXPECT_EQ(plan->ledger[1].reserve, 1_GiB);
  EXPECT_LE(plan->cache_ram, 256_MiB);
  small.memory.available = 1_GiB;
  EXPECT_THAT(make(small, header_of(test::llama_8b())).error().message,
              HasSubstr("the machine's RAM would need"));
}

TEST(PlanText, IsReadInTenSeconds) {
  const auto plan = make(machine({card(24_GiB, 18_GiB)}), header_of(test::llama_8b()));
  ASSERT_TRUE(plan) << plan.error().message;
  EXPECT_EQ(to_text(*plan, 60),
            R"(llama on NVIDIA Test CUDA0 (CUDA0), all 32 layers: context 32768, f16 cache
The whole context of 32768 tokens fits with f16 cache.

          capacity      free   weights     cache   compute  overhead   reserve      left
CUDA0     24.0 GiB  18.0 GiB   4.1 GiB   4.0 GiB 180.7 MiB 512.0 MiB   2.0 GiB   7.3 GiB
host      64.0 GiB  48.0 GiB 281.8 MiB         -  48.5 MiB   2.2 GiB   4.0 GiB  41.4 GiB

CUDA0   [-------------WWWWWWWWKKKKKKKKCCrrrr...............]
host    [-------------CCrrr................................]
         - in use  W weights  K cache  C compute, overhead  r reserve  . left
         host overhead holds up to 2.0 GiB of prompt cache and checkpoints
)");
}

}  // namespace
}  // namespace plim::plan
