#include <array>

#include "plan/cache.hpp"
#include "plan/plan.hpp"

namespace plim::plan {
namespace {

constexpr std::array<std::string_view, 9> names{"f32",  "f16",  "bf16", "q8_0",  "q5_1",
                                                "q5_0", "q4_1", "q4_0", "iq4_nl"};

const gguf::Type& storage(KvType type) { return *gguf::find_type(to_string(type)); }

}  // namespace

std::string_view to_string(KvType type) { return names.at(static_cast<std::size_t>(type)); }

std::optional<KvType> parse_kv_type(std::string_view name) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names.at(i) == name) return static_cast<KvType>(i);
  }
  return std::nullopt;
}

bool can_hold(KvType type, std::uint64_t elements) {
  return elements % storage(type).block_elements == 0;
}

bool is_quantized(KvType type) { return storage(type).block_elements > 1; }

Bytes row_bytes(KvType type, std::uint64_t elements) {
  const auto& stored = storage(type);
  return Bytes{elements / stored.block_elements * stored.block_bytes};
}

}  // namespace plim::plan
