#include "engine/launch.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "engine/exit_reason.hpp"
#include "engine/load_report.hpp"
#include "sys/temp_dir.hpp"

namespace plim::engine {
namespace {

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

TEST(ServerArguments, LeaveNothingForTheEngineToChoose) {
  const plan::RunPlan plan{.model = "m",
                           .device = "CUDA0",
                           .on_gpu = true,
                           .context = {8192},
                           .kv_v = plan::KvType::q8_0,
                           .batch = 1024,
                           .ubatch = 256,
                           .threads = 6,
                           .cache_ram = 512_MiB,
                           .checkpoints = 4};
  EXPECT_EQ(joined(server_arguments(plan, {"/r/s.sock", "/r/key", {"/m/a.gguf", "/m/b.gguf"}})),
            "--device CUDA0 --gpu-layers all --fit off --ctx-size 8192 --parallel 1 "
            "--batch-size 1024 --ubatch-size 256 --flash-attn on --cache-type-k f16 "
            "--cache-type-v q8_0 --threads 6 --cache-ram 512 --ctx-checkpoints 4 "
            "--model /m/a.gguf --alias m --no-context-shift --jinja --offline --no-ui --no-slots "
            "--cors-origins localhost "
            "--no-cors-credentials --host /r/s.sock --port 0 --api-key-file /r/key "
            "--sse-ping-interval -1 --log-verbosity 4 --log-colors off");
}

TEST(ServerArguments, KeepEveryLayerOffADeviceThatIsNotPlanned) {
  const auto arguments = joined(server_arguments({.device = "none", .on_gpu = false}, {}));
  EXPECT_TRUE(arguments.starts_with("--device none --gpu-layers 0 ")) << arguments;
}

TEST(ServerArguments, NameWhatGuessesAndWhere) {
  plan::RunPlan plan{.device = "CUDA0,CUDA1", .on_gpu = true, .draft = 16};
  EXPECT_TRUE(
      joined(memory_flags(plan))
          .ends_with("--spec-type ngram-mod --spec-ngram-mod-n-match 24 --spec-ngram-mod-n-min 2 "
                     "--spec-ngram-mod-n-max 16"));
  plan.draft = 3;
  plan.draft_by = plan::DraftBy::layers;
  plan.draft_k = plan.draft_v = plan::KvType::q8_0;
  EXPECT_TRUE(
      joined(memory_flags(plan))
          .ends_with("--spec-draft-n-max 3 --spec-draft-type-k q8_0 --spec-draft-type-v q8_0 "
                     "--spec-type draft-mtp"));
  plan.draft_by = plan::DraftBy::model;
  plan.draft_device = "CUDA1";
  EXPECT_TRUE(
      joined(memory_flags(plan))
          .ends_with("--spec-type draft-simple --spec-draft-device CUDA1 --spec-draft-ngl all"));
  EXPECT_TRUE(joined(server_arguments(plan, {.draft_file = "/draft/small.gguf"}))
                  .contains(" --spec-draft-model /draft/small.gguf "));
}

TEST(EngineVersion, IsReadFromWhatVersionPrints) {
  EXPECT_EQ(parse_version("load_backend: x\nversion: 0.7.0 (build 11669, commit Debian)\nbuilt\n"),
            (EngineVersion{0, 7, 0, "0.7.0 (build 11669, commit Debian)"}));
  for (const std::string_view text : {"", "version: ", "version: x.y.z", "version: 6500 (abc)"}) {
    const auto version = parse_version(text);
    ASSERT_FALSE(version) << text;
    EXPECT_EQ(version.error().code, Errc::protocol);
  }
}

TEST(FindLlamaServer, SaysWhatToDoWhenThereIsNone) {
  const auto empty = sys::TempDir::make("/tmp", "find");
  ASSERT_TRUE(empty);
  for (const auto& found : {find_llama_server(empty->path(), "/usr/bin"),
                            find_llama_server({}, empty->path().string())}) {
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, Errc::not_found);
    EXPECT_TRUE(found.error().message.contains("llama.cpp package")) << found.error().message;
  }
}

TEST(LoadReport, TakesBuffersAndLayersFromTheLog) {
  LoadReport report;
  for (const std::string_view line :
       {"0.00.205.009 I load_tensors:   CPU_Mapped model buffer size =     0.50 MiB",
        "load_tensors: offloaded 37/37 layers to GPU",
        "0.1 I llama_kv_cache:    Vulkan0 KV buffer size =  1024.25 MiB",
        "sched_reserve:    Vulkan0 compute buffer size = 300.00 MiB",
        "llama_kv_cache: size =    0.25 MiB (  1024 cells)", " buffer size = 1.00 MiB",
        "x y buffer size = many MiB", "x y buffer size = -4 MiB", "offloaded all layers to GPU"})
    scan_log_line(line, report);
  EXPECT_EQ(report, (LoadReport{{{"CPU_Mapped", "model", {512U << 10U}},
                                 {"Vulkan0", "KV", {(1024U << 20U) + (256U << 10U)}},
                                 {"Vulkan0", "compute", 300_MiB}},
                                37,
                                37}));
  EXPECT_EQ(report.on("Vulkan0"), (Bytes{(1324U << 20U) + (256U << 10U)}));
}

TEST(LoadReport, KeepsTheScratchOfTheModelBesideThatOfWhatGuesses) {
  LoadReport report;
  for (const std::string_view line :
       {"load_tensors: offloaded 37/37 layers to GPU", "llama_context: constructing llama_context",
        "sched_reserve: reserving ...", "sched_reserve: CUDA0 compute buffer size = 90.00 MiB",
        "sched_reserve: reserving ...", "sched_reserve: CUDA0 compute buffer size = 80.00 MiB",
        "load_tensors: offloaded 5/9 layers to GPU", "llama_context: constructing llama_context",
        "sched_reserve: reserving ...", "sched_reserve: CUDA0 compute buffer size = 30.00 MiB",
        "sched_reserve: reserving ...", "sched_reserve: CUDA0 compute buffer size = 20.00 MiB",
        "srv load_model: speculative decoding context initialized"})
    scan_log_line(line, report);
  EXPECT_EQ(report.on("CUDA0"), 100_MiB);
  EXPECT_EQ(report.offloaded_layers, 37);
  EXPECT_EQ(report.draft_offloaded_layers, 5);
  EXPECT_EQ(report.draft_layers, 9);
  EXPECT_TRUE(report.guesses);
}

TEST(ExitReason, NamesTheCauseBeforeItsConsequences) {
  const std::vector<std::string> truncated{
      "0.00.1 E llama_model_load: error loading model: tensor 'x' data is not within the file "
      "bounds, model is corrupted or incomplete",
      "0.00.2 E srv  llama_server: exiting due to model loading error"};
  const auto error = explain_exit({1, 0}, truncated);
  EXPECT_EQ(error.code, Errc::protocol);
  EXPECT_TRUE(error.message.starts_with("the model file is truncated")) << error.message;
}

TEST(ExitReason, KnowsThatMemoryRanOutInEachBackendsWords) {
  for (const char* line : {"ggml_vulkan: Device memory allocation failed: ErrorOutOfDeviceMemory",
                           "CUDA error: out of memory", "cudaMalloc failed: out of memory",
                           "terminate called after throwing an instance of 'std::bad_alloc'",
                           "E alloc_tensor_range: failed to allocate Vulkan0 buffer of size 9"})
    EXPECT_EQ(explain_exit({134, 6}, std::vector<std::string>{line}).code, Errc::capacity) << line;
}

TEST(ExitReason, FallsBackToTheSignalAndTheLastWords) {
  EXPECT_EQ(explain_exit({139, 11}, {}), (Error{Errc::io, "llama-server crashed (SIGSEGV)"}));
  EXPECT_EQ(explain_exit({139, 0}, {}), (Error{Errc::io, "llama-server crashed (SIGSEGV)"}));
  EXPECT_EQ(explain_exit({3, 0}, std::vector<std::string>{"0.1 E srv  start: strange \x1b[0m"}),
            (Error{Errc::io, "llama-server exited with code 3: \"strange \\x1B[0m\""}));
}

}  // namespace
}  // namespace plim::engine
