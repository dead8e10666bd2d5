#include <format>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "gguf/test_writer.hpp"

namespace plim::gguf {
namespace {

// What a large model's header holds: a vocabulary of 250,000 tokens and 1,000 tensors.
std::string large_header() {
  std::vector<std::string> tokens;
  std::vector<float> scores;
  for (int id = 0; id < 250'000; ++id) {
    tokens.push_back(std::format("token{}", id));
    scores.push_back(static_cast<float>(-id));
  }
  TestWriter writer;
  writer.text("general.architecture", "llama").texts("tokenizer.ggml.tokens", tokens);
  writer.f32s("tokenizer.ggml.scores", scores);
  for (int index = 0; index < 1000; ++index) {
    writer.tensor(std::format("blk.{}.weight", index), {256, 64}, "q4_K");
  }
  return writer.header();
}

void read_header(benchmark::State& state) {
  const auto bytes = large_header();
  const Limits limits{.whole_file = false};
  if (const auto read = parse(bytes, limits); !read) {
    state.SkipWithError(read.error().message);
    return;
  }
  for (auto _ : state) benchmark::DoNotOptimize(parse(bytes, limits));
}
BENCHMARK(read_header)->Name("GGUF header, 250k tokens")->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace plim::gguf
