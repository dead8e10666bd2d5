#include <format>
#include <string>

#include <benchmark/benchmark.h>

#include "workspace/edit.hpp"

namespace plim::workspace {
namespace {

// 1 MB of source text, as long as files that people still edit get.
std::string large_file() {
  std::string text;
  for (int line = 0; text.size() < 1'000'000; ++line) {
    text += std::format("  const auto value_{} = compute(input[{}], options);\n", line, line % 97);
  }
  return text;
}

// An edit whose text is there as it is.
void edit_exact(benchmark::State& state) {
  const auto file = large_file();
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        edit_text(file, "  const auto value_15000 = ", "  auto value_15000 = "));
  }
}
BENCHMARK(edit_exact)->Name("edit 1 MB, found as it is")->Unit(benchmark::kMillisecond);

// The worst case: every rung of the ladder is tried, then the nearest lines are looked for.
void edit_absent(benchmark::State& state) {
  const auto file = large_file();
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        edit_text(file, "  const auto valve_15000 = compute(input[1], option);\n", "x\n"));
  }
}
BENCHMARK(edit_absent)->Name("edit 1 MB, not there: nearest lines")->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace plim::workspace
