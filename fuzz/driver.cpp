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
#include <optional>
#include <print>
#include <span>
#include <string>
#include <string_view>
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

constexpr std::size_t most_bytes =
    16384;  // short inputs run often; no reader here needs longer ones
constexpr int hang_s = 10;
constexpr std::uint64_t report_every = 1'000'000;

/// When to stop, whichever comes first.
struct Limit {
  std::chrono::seconds time = std::chrono::hours(24 * 365);
  std::uint64_t runs = UINT64_MAX;
};

// What the input under test has reached: how often each edge, by a hash of its two ends.
std::array<std::uint8_t, 65536> hits;   // NOLINT(*-avoid-non-const-global-variables)
std::array<std::uint8_t, 65536> known;  // NOLINT: the buckets of `hits` that any input reached
// The edges whose `hits` are not 0, so that an input costs what it reaches, not the whole table.
std::array<std::uint16_t, 65536> touched;     // NOLINT
std::size_t touched_count = 0;                // NOLINT
volatile std::sig_atomic_t seconds_used = 0;  // NOLINT: by the current input
std::uintptr_t previous_block = 0;            // NOLINT
std::string current_input;                    // NOLINT: for the callbacks, which get no argument

void keep_culprit() {
  const auto name = std::format("crash-{:016x}", std::hash<std::string>{}(current_input));
  std::ofstream(name, std::ios::binary) << current_input;
  std::println(stderr, "fuzz: the input is in {}", fs::absolute(name).string());
}

// Every second of processor time: on a busy machine an input that waits for its turn is no hang.
void on_second(int) {
  seconds_used = seconds_used + 1;
  if (seconds_used < hang_s) return;
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
  for (const auto edge : std::span(touched).first(touched_count)) hits[edge] = 0;
  touched_count = 0;
  previous_block = 0;
  seconds_used = 0;
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(current_input.data()),
                         current_input.size());
  bool is_new = false;
  for (const auto edge : std::span(touched).first(touched_count)) {
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

void fuzz(const Limit& limit, const fs::path& found_dir, std::vector<std::string> corpus) {
  plim::fuzz::Random random(std::random_device{}());
  const auto any = [&]() -> const std::string& { return corpus[random() % corpus.size()]; };
  const auto start = Clock::now();
  const auto seeds = corpus.size();
  const auto report = [&](std::uint64_t runs) {
    const auto took = std::chrono::duration_cast<std::chrono::seconds>(Clock::now() - start);
    std::println("fuzz: {} inputs in {} s, {} of them new beside {} seeds, no failure", runs,
                 took.count(), corpus.size() - seeds, seeds);
    std::fflush(stdout);
  };
  std::uint64_t runs = 0;
  for (; runs < limit.runs && Clock::now() - start < limit.time; ++runs) {
    if (runs > 0 && runs % report_every == 0) report(runs);
    auto input = plim::fuzz::mutate(any(), any(), most_bytes, random);
    if (!try_input(input)) continue;
    std::ofstream(found_dir / std::format("{:016x}", std::hash<std::string>{}(input)),
                  std::ios::binary)
        << input;
    corpus.push_back(std::move(input));
  }
  report(runs);
}

// "60" is seconds, "10000000x" is inputs.
std::optional<Limit> parse_limit(std::string_view text) {
  const bool counts = text.ends_with('x');
  if (counts) text.remove_suffix(1);
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return counts ? Limit{.runs = number} : Limit{.time = std::chrono::seconds(number)};
}

}  // namespace

// A claim of a huge count must fail in our own check, not in the allocator. Where each block came
// from costs half of the time; a failure that was kept is repeated with ASAN_OPTIONS of one's own.
extern "C" const char* __asan_default_options() {
  return "handle_abort=1:max_allocation_size_mb=256:hard_rss_limit_mb=2048:"
         "malloc_context_size=1:quarantine_size_mb=8";
}

extern "C" void __sanitizer_cov_trace_pc() {
  const auto block = reinterpret_cast<std::uintptr_t>(__builtin_return_address(0));
  const auto mixed = (block ^ (block >> 16U) ^ (previous_block << 1U)) % hits.size();
  if (hits[mixed] == 0) touched[touched_count++] = static_cast<std::uint16_t>(mixed);
  if (hits[mixed] != UINT8_MAX) ++hits[mixed];
  previous_block = block;
}

int main(int argc, char** argv) {
  const std::span args(argv, static_cast<std::size_t>(argc));
  __sanitizer_set_death_callback(keep_culprit);
  std::signal(SIGPROF, on_second);
  const itimerval every_second{{1, 0}, {1, 0}};
  setitimer(ITIMER_PROF, &every_second, nullptr);
  if (args.size() == 2) {
    try_input(read_file(args[1]));
    std::println("fuzz: no failure");
    return 0;
  }
  const auto limit = args.size() < 4 ? std::nullopt : parse_limit(args[1]);
  if (!limit) {
    std::println(stderr, "usage: {} SECONDS|RUNSx FOUND_DIR SEED_DIR… | FILE", args[0]);
    return 2;
  }
  fs::create_directories(args[2]);
  fuzz(*limit, args[2], read_corpus(args.subspan(2)));
}
