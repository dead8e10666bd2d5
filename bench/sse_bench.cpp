#include <cstdint>
#include <string>
#include <string_view>

#include <benchmark/benchmark.h>

#include "net/sse.hpp"

namespace plim::net {
namespace {

// A stream as llama-server sends it, in the pieces a socket hands out.
void read_sse(benchmark::State& state) {
  constexpr std::string_view event =
      "data: {\"choices\":[{\"finish_reason\":null,\"index\":0,\"delta\":{\"content\":\" "
      "token\"}}],"
      "\"created\":1700000000,\"id\":\"chatcmpl-0123456789\",\"model\":\"m\",\"object\":"
      "\"chat.completion.chunk\"}\n\n";
  std::string bytes;
  while (bytes.size() < 1'000'000) bytes += event;
  for (auto _ : state) {
    SseReader reader;
    std::size_t events = 0;
    for (std::string_view rest = bytes; !rest.empty();) {
      const auto piece = rest.substr(0, 4096);
      rest.remove_prefix(piece.size());
      const auto fed = reader.feed(piece, [&](const SseEvent&) -> Result<void> {
        ++events;
        return {};
      });
      if (!fed) state.SkipWithError(fed.error().message);
    }
    benchmark::DoNotOptimize(events);
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes.size()));
}
BENCHMARK(read_sse)->Name("SSE, events of a token each")->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace plim::net
