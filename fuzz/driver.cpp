// A small coverage-guided fuzzer for what GCC alone can build: GCC traces each basic block, inputs
// that reach new ones are kept and changed further. NAME_fuzz SECONDS FOUND_DIR SEED_DIR…, or
// NAME_fuzz FILE to repeat one input. Does not: minimise inputs, run in parallel.

#include <array>
#include <bit>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <format>
#include <fstream>
#include <functional>
#include <iterator>
#include <print>
#include <span>
#include <string>
#include <vector>

#include <sys/time.h>

#include <sanitizer/common_interface_defs.h>
#include <unistd.h>

#include "mutate.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" const char* __asan_default_options();  // NOLINT(*-identifier-naming)
extern "C" void __sanitizer_cov_trace_pc();       // NOLINT(*-identifier-naming)

namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr std::size_t most_bytes = 65536;
constexpr unsigned hang_s = 10;

// What the input under test has reached: how often each edge, by a hash of its two ends.
std::array<std::uint8_t, 65536> hits;   // NOLINT(*-avoid-non-const-global-variables)
std::array<std::uint8_t, 65536> known;  // NOLINT: the buckets of `hits` that any input reached
std::uintptr_t previous_block = 0;      // NOLINT
std::string current_input;              // NOLINT: for the callbacks, which get no argument

void keep_culprit() {
  const auto name = std::format("crash-{:016x}", std::hash<std::string>{}(current_input));
  std::ofstream(name, std::ios::binary) << current_input;
  std::println(stderr, "fuzz: the input is in {}", fs::absolute(name).string());
}

void on_hang(int) {
  std::println(stderr, "fuzz: one input took {} s", hang_s);
  std::abort();
}

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// Runs one input. True when it reached something no input had.
bool try_input(std::string input) {
  current_input = std::move(input);
  hits.fill(0);
  previous_block = 0;
  // Processor time: on a busy machine an input that waits for its turn is no hang.
  const itimerval limit{{}, {hang_s, 0}};
  setitimer(ITIMER_PROF, &limit, nullptr);
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(current_input.data()),
                         current_input.size());
  bool is_new = false;
  for (std::size_t edge = 0; edge < hits.size(); ++edge) {
    if (hits[edge] == 0) continue;
    // Once, twice, four times…: counts within a power of two are the same behaviour.
    const auto bucket = std::bit_floor(hits[edge]);
    is_new |= (known[edge] & bucket) == 0;
    known[edge] |= bucket;
  }
  return is_new;
}

std::vector<std::string> read_corpus(std::span<char*> directories) {
  std::vector<std::string> corpus;
  for (const char* directory : directories) {
    for (const auto& entry : fs::directory_iterator(directory)) {
      auto input = read_file(entry.path());
      try_input(input);
      corpus.push_back(std::move(input));
    }
  }
  if (corpus.empty()) corpus.emplace_back();
  return corpus;
}

void fuzz(int seconds, const fs::path& found_dir, std::vector<std::string> corpus) {
  plim::fuzz::Random random(std::random_device{}());
  const auto any = [&]() -> const std::string& { return corpus[random() % corpus.size()]; };
  const auto end = Clock::now() + std::chrono::seconds(seconds);
  std::uint64_t runs = 0;
  const auto seeds = corpus.size();
  for (; Clock::now() < end; ++runs) {
    auto input = plim::fuzz::mutate(any(), any(), most_bytes, random);
    if (!try_input(input)) continue;
    std::ofstream(found_dir / std::format("{:016x}", std::hash<std::string>{}(input)),
                  std::ios::binary)
        << input;
    corpus.push_back(std::move(input));
  }
  std::println("fuzz: {} inputs in {} s, {} of them new beside {} seeds, no failure", runs, seconds,
               corpus.size() - seeds, seeds);
}

}  // namespace

// A claim of a huge count must fail in our own check, not in the allocator.
extern "C" const char* __asan_default_options() {
  return "handle_abort=1:max_allocation_size_mb=256:hard_rss_limit_mb=2048";
}

extern "C" void __sanitizer_cov_trace_pc() {
  const auto block = reinterpret_cast<std::uintptr_t>(__builtin_return_address(0));
  const auto mixed = (block ^ (block >> 16U) ^ (previous_block << 1U)) % hits.size();
  if (hits[mixed] != UINT8_MAX) ++hits[mixed];
  previous_block = block;
}

int main(int argc, char** argv) {
  const std::span args(argv, static_cast<std::size_t>(argc));
  __sanitizer_set_death_callback(keep_culprit);
  std::signal(SIGPROF, on_hang);
  if (args.size() == 2) {
    try_input(read_file(args[1]));
    std::println("fuzz: no failure");
    return 0;
  }
  int seconds = 0;
  if (args.size() < 4 ||
      std::from_chars(args[1], args[1] + std::string_view(args[1]).size(), seconds).ec !=
          std::errc()) {
    std::println(stderr, "usage: {} SECONDS FOUND_DIR SEED_DIR… | FILE", args[0]);
    return 2;
  }
  fs::create_directories(args[2]);
  fuzz(seconds, args[2], read_corpus(args.subspan(2)));
}
