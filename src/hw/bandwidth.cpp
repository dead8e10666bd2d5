#include "hw/bandwidth.hpp"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <ctime>
#include <memory>
#include <new>
#include <numeric>
#include <span>
#include <thread>
#include <vector>

namespace plim::hw {
namespace {

constexpr int passes = 3;

/// Several sums at once, so that no addition waits for another.
std::uint64_t sum(std::span<const std::uint64_t> numbers) {
  std::uint64_t a = 0;
  std::uint64_t b = 0;
  std::uint64_t c = 0;
  std::uint64_t d = 0;
  for (std::size_t i = 0; i + 4 <= numbers.size(); i += 4) {
    a += numbers[i];
    b += numbers[i + 1];
    c += numbers[i + 2];
    d += numbers[i + 3];
  }
  return a + b + c + d;
}

/// Seconds this thread has computed.
double computed() {
  std::timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

}  // namespace

double measure_ram_bandwidth(int threads, Bytes size) {
  const auto count = static_cast<std::size_t>(size.value / sizeof(std::uint64_t));
  const std::unique_ptr<std::uint64_t[]> memory(new (std::nothrow) std::uint64_t[count]);
  if (!memory || count == 0) return 0;
  const std::span numbers(memory.get(), count);
  std::iota(numbers.begin(), numbers.end(), std::uint64_t{1});
  const auto workers = static_cast<std::size_t>(std::clamp(threads, 1, 64));
  const auto part = count / workers;
  std::atomic<std::uint64_t> total = 0;  // so that no read can be left out
  double best = 0;
  for (int pass = 0; pass < passes; ++pass) {
    std::vector<double> rates(workers);
    {
      std::vector<std::jthread> pool;
      pool.reserve(workers);
      for (std::size_t i = 0; i < workers; ++i) {
        pool.emplace_back([&, i] {
          const auto start = computed();
          total += sum(numbers.subspan(i * part, part));
          const auto read = static_cast<double>(part * sizeof(std::uint64_t));
          rates[i] = read / std::max(computed() - start, 1e-9) / 1e9;
        });
      }
    }
    best = std::max(best, std::accumulate(rates.begin(), rates.end(), 0.0));
  }
  return total == 0 ? 0 : best;
}

}  // namespace plim::hw
