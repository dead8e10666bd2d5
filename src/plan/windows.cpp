#include "plan/windows.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

namespace plim::plan {
namespace {

/// Every `period`-th layer sees everything; where `full_first`, the first of each period does,
/// else the last.
struct Pattern {
  std::string_view architecture;
  std::uint64_t period;  ///< 0: the engine ignores the window of this architecture.
  bool full_first = false;
};

constexpr std::array<Pattern, 13> patterns{{
    {"gemma2", 2},
    {"gemma3", 6},
    {"gemma3n", 5},
    {"gpt-oss", 2},
    {"cohere2", 4},
    {"olmo2", 4},
    {"exaone4", 4},
    {"afmoe", 4},
    {"smallthinker", 4, true},
    {"llama4", 4},
    {"phi3", 0},
    {"llama", 0},
    {"qwen2", 0},
}};

std::optional<Pattern> pattern_of(const gguf::Header& model) {
  const auto name = model.architecture();
  const auto* known = std::ranges::find(patterns, name, &Pattern::architecture);
  const auto period = model.arch<std::uint64_t>("attention.sliding_window_pattern");
  if (known != patterns.end() && period) return Pattern{"", *period, known->full_first};
  if (period) return Pattern{"", *period};
  return known == patterns.end() ? std::nullopt : std::optional(*known);
}

bool has_window(const gguf::Header& model) { return window_of(model) > 0; }

}  // namespace

std::uint64_t window_of(const gguf::Header& model) {
  const auto name = model.architecture();
  const auto written = model.arch<std::uint64_t>("attention.sliding_window").value_or(0);
  if (name == "llama4") return 8192;  // its chunks
  // Whatever the file says.
  return written > 0 && (name == "smallthinker" || name == "exaone4") ? 4096 : written;
}

std::vector<bool> window_layers(const gguf::Header& model, std::size_t layers) {
  std::vector<bool> windowed(layers, false);
  if (!has_window(model)) return windowed;
  if (const auto flags = model.arch<gguf::Array>("attention.sliding_window_pattern")) {
    for (std::size_t i = 0; i < std::min(layers, flags->integers.size()); ++i) {
      windowed[i] = flags->integers[i] != 0;
    }
    return windowed;
  }
  const auto pattern = pattern_of(model);
  if (!pattern || pattern->period == 0) return windowed;
  // The engine gives windows only to the 32-billion EXAONE 4.
  if (model.architecture() == "exaone4" && layers != 64) return windowed;
  for (std::size_t i = 0; i < layers; ++i) {
    const auto place = i % pattern->period;
    windowed[i] = place != (pattern->full_first ? 0 : pattern->period - 1);
  }
  return windowed;
}

bool knows_windows(const gguf::Header& model) {
  return !has_window(model) || model.arch<gguf::Array>("attention.sliding_window_pattern") ||
         pattern_of(model).has_value();
}

std::uint64_t shared_layers(const gguf::Header& model) {
  if (const auto shared = model.arch<std::uint64_t>("attention.shared_kv_layers")) return *shared;
  // Gemma 3n's files do not say it; its first 20 layers have caches.
  if (model.architecture() != "gemma3n") return 0;
  const auto layers = model.arch<std::uint64_t>("block_count").value_or(0);
  return layers > 20 ? layers - 20 : 0;
}

}  // namespace plim::plan
