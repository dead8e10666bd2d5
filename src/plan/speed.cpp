#include "plan/speed.hpp"

#include <algorithm>
#include <cmath>

#include "hw/catalogue.hpp"
#include "plan/speed_constants.hpp"
#include "plan/weights.hpp"

namespace plim::plan {
namespace {

const Family& family_of(std::string_view name) {
  const auto* found = std::ranges::find(families, name, &Family::name);
  return found == families.end() ? families.front() : *found;
}

void add_cache(const Shape& shape, const CacheLayout& layout, std::size_t layer,
               std::uint64_t depth, Work& work) {
  const auto& one = shape.layers[layer];
  const bool windowed = one.window > 0 && !layout.full_windows;
  const auto seen = static_cast<double>(windowed ? std::min(depth, one.window) : depth);
  const auto row = row_bytes(layout.k, one.k_elements) + row_bytes(layout.v, one.v_elements);
  work.cache += seen * static_cast<double>(row.value);
  // A state is read and written whatever the depth.
  work.cache += 8.0 * static_cast<double>(one.state_elements);
  const auto heads = static_cast<double>(shape.heads);
  if (one.k_elements > 0) {
    work.attention += seen * heads * static_cast<double>(shape.head_k + shape.head_v);
  }
}

/// Bytes per second that weights are read at.
double read_rate(const Roof& roof) {
  return roof.bandwidth * 1e9 * family_of(roof.family).memory * (roof.rocm ? rocm : 1);
}

double token_time(const Stage& stage) {
  const auto& work = stage.work;
  const auto rate = read_rate(stage.roof);
  const auto layer = family_of(stage.roof.family).layer_us * (work.experts ? experts_layers : 1);
  const auto unpack =
      stage.roof.tflops > 0 ? arithmetic * work.parameters / (stage.roof.tflops * 1e12) : 0;
  return work.weights / rate + work.cache / (cache_share * rate) + work.layers * layer * 1e-6 +
         unpack;
}

double batch_time(const Stage& stage, std::uint64_t ubatch) {
  const auto& family = family_of(stage.roof.family);
  const auto rate = family.compute * 2e12 * stage.roof.tflops;
  const auto parts = stage.work.experts ? experts_compute : 1;
  const auto tokens = static_cast<double>(ubatch);
  const auto compute = tokens * (2 * stage.work.parameters / (parts * rate) +
                                 2 * stage.work.attention / (attention_compute * rate));
  const auto memory = stage.work.all_weights / read_rate(stage.roof);
  return std::max(compute, memory) + stage.work.layers * family.layer_us * 1e-6;
}

double widest(const std::vector<Stage>& stages) {
  double spread = 0;
  for (const auto& stage : stages) spread = std::max(spread, family_of(stage.roof.family).spread);
  return spread;
}

Rate rate_of(double median, double spread) {
  return {median, median / (1 + spread), median * (1 + spread)};
}

bool known(const std::vector<Stage>& stages) {
  return !stages.empty() &&
         std::ranges::all_of(stages, [](const Stage& stage) { return stage.roof.bandwidth > 0; });
}

}  // namespace

Work work_of(const gguf::Header& model, const Shape& shape, const CacheLayout& layout,
             const LayerRange& range, std::uint64_t depth) {
  Work work{.experts = shape.experts_used > 0};
  const auto count = model.arch<std::uint64_t>("expert_count").value_or(0);
  const auto used =
      count == 0
          ? 1.0
          : std::min(1.0, static_cast<double>(shape.experts_used) / static_cast<double>(count));
  const auto last = std::min(range.last, shape.layers.size());
  for (const auto& tensor : model.tensors) {
    const auto layer = layer_of(tensor.name);
    const bool inside =
        layer >= static_cast<std::int64_t>(range.first) && layer < static_cast<std::int64_t>(last);
    const bool experts = is_experts(tensor.name);
    if (layer < 0 ? !range.output || is_lookup(model, tensor.name) : !inside) continue;
    if (range.part == Part::experts && !experts) continue;
    const auto share = experts ? used : 1.0;
    work.weights += share * static_cast<double>(tensor.bytes.value);
    work.all_weights += static_cast<double>(tensor.bytes.value);
    // The output layer sees only the last token of a prompt.
    if (layer >= 0) work.parameters += share * static_cast<double>(tensor.elements());
  }
  if (range.part == Part::experts) return work;
  const auto* table = model.find_tensor("token_embd.weight");
  if (range.output && table != nullptr && model.find_tensor("output.weight") == nullptr) {
    work.weights += static_cast<double>(table->bytes.value);
    work.all_weights += static_cast<double>(table->bytes.value);
  }
  for (auto layer = range.first; layer < last; ++layer) {
    add_cache(shape, layout, layer, depth, work);
    work.layers += 1;
  }
  return work;
}

Roof roof_of(const hw::Gpu& gpu) {
  Roof roof{gpu.bandwidth, gpu.tflops, gpu.family};
  if (roof.bandwidth <= 0) {
    const auto* known = hw::recognise(gpu.name, gpu.total);
    if (known != nullptr) roof = {known->bandwidth, known->tflops, known->family};
  }
  roof.rocm = gpu.engine_device.starts_with("ROCm") && roof.family != "apu";
  return roof;
}

Roof roof_of(const hw::Hardware& hardware) {
  // Two 32-byte multiply-adds per cycle and core at some 3 GHz.
  return {hardware.memory.bandwidth, 0.1 * hardware.cpu.cores, "cpu"};
}

Rate decode_rate(const std::vector<Stage>& stages) {
  if (!known(stages)) return {};
  double time = 0;
  for (const auto& stage : stages) time += token_time(stage);
  return time > 0 ? rate_of(1 / time, widest(stages)) : Rate{};
}

Rate prefill_rate(const std::vector<Stage>& stages, std::uint64_t ubatch) {
  if (!known(stages)) return {};
  double time = 0;
  for (const auto& stage : stages) {
    if (stage.roof.tflops <= 0) return {};
    time += batch_time(stage, ubatch);
  }
  return time > 0 ? rate_of(static_cast<double>(ubatch) / time, prefill_spread) : Rate{};
}

}  // namespace plim::plan
