#include "plan/shape.hpp"

#include <algorithm>
#include <array>
#include <format>
#include <limits>

#include "plan/windows.hpp"

namespace plim::plan {
namespace {

// Larger than any model by far, small enough that no product of a few of them overflows.
constexpr std::uint64_t max_dimension = 1U << 24U;
constexpr std::uint64_t max_layers = 4096;
constexpr std::uint64_t max_row = 1U << 20U;    // the widest today: 24,576 elements
constexpr std::uint64_t max_state = 1U << 28U;  // the largest today: 1.1 million elements

std::uint64_t number(const gguf::Header& model, std::string_view key, std::uint64_t otherwise = 0) {
  return std::min(model.arch<std::uint64_t>(key).value_or(otherwise), max_dimension);
}

/// A per-layer value, which a file may also give once for all layers.
std::vector<std::uint64_t> per_layer(const gguf::Header& model, std::string_view key,
                                     std::size_t layers, std::uint64_t otherwise) {
  std::vector<std::uint64_t> values(layers, number(model, key, otherwise));
  const auto array = model.arch<gguf::Array>(key);
  if (!array) return values;
  for (std::size_t i = 0; i < std::min(layers, array->integers.size()); ++i) {
    const auto value = std::max<std::int64_t>(array->integers[i], 0);
    values[i] = std::min(static_cast<std::uint64_t>(value), max_dimension);
  }
  return values;
}

std::uint64_t largest(const std::vector<std::uint64_t>& values) {
  return values.empty() ? 0 : std::ranges::max(values);
}

/// Keys and values per head; some architectures use others in sliding-window layers.
struct HeadSizes {
  std::uint64_t k = 0, v = 0, k_window = 0, v_window = 0;
};

HeadSizes head_sizes(const gguf::Header& model, std::uint64_t embedding, std::uint64_t heads) {
  const auto even = heads == 0 ? 0 : embedding / heads;
  HeadSizes sizes{number(model, "attention.key_length", even),
                  number(model, "attention.value_length", even)};
  sizes.k_window = number(model, "attention.key_length_swa", sizes.k);
  sizes.v_window = number(model, "attention.value_length_swa", sizes.v);
  return sizes;
}

void add_attention(const gguf::Header& model, Shape& shape) {
  const auto count = shape.layers.size();
  const auto heads = per_layer(model, "attention.head_count", count, 0);
  shape.heads = largest(heads);
  const auto kv_heads = per_layer(model, "attention.head_count_kv", count, shape.heads);
  const auto sizes = head_sizes(model, shape.embedding, shape.heads);
  shape.head_k = sizes.k;
  shape.head_v = sizes.v;
  shape.latent = number(model, "attention.key_length_mla") > 0;
  const auto windows = window_layers(model, count);
  const auto window = std::min(window_of(model), max_dimension);
  const auto indexer = shape.latent ? number(model, "attention.indexer.key_length") : 0;
  // The last layers of some architectures look into the caches of earlier ones.
  const auto own = count - std::min(count, static_cast<std::size_t>(shared_layers(model)));
  for (std::size_t i = 0; i < own; ++i) {
    auto& layer = shape.layers[i];
    if (windows[i]) layer.window = window;
    layer.k_elements = kv_heads[i] * (windows[i] ? sizes.k_window : sizes.k);
    // Sparse attention chooses tokens by keys of its own, kept beside the others.
    layer.k_elements += indexer;
    // Latent attention keeps one compressed row; V is a view of it.
    if (!shape.latent) layer.v_elements = kv_heads[i] * (windows[i] ? sizes.v_window : sizes.v);
  }
}

/// Elements of one state-space layer (Mamba, Mamba 2, gated DeltaNet): the convolution's tail and
/// the state itself.
std::uint64_t state_space_elements(const gguf::Header& model) {
  const auto conv = number(model, "ssm.conv_kernel");
  const auto inner = number(model, "ssm.inner_size");
  const auto state = number(model, "ssm.state_size");
  const auto groups = number(model, "ssm.group_count");
  return (conv > 0 ? conv - 1 : 0) * (inner + 2 * groups * state) + state * inner;
}

/// Of one layer of RWKV: the tokens it shifts in, and a matrix for each head.
std::uint64_t rwkv_elements(const gguf::Header& model, const Shape& shape) {
  const auto head = number(model, "wkv.head_size");
  return head == 0 ? 0 : (number(model, "token_shift_count", 2) + head) * shape.embedding;
}

/// Of one layer of Kimi's delta attention: three convolutions' tails, and a matrix for each head.
std::uint64_t delta_elements(const gguf::Header& model, const Shape& shape) {
  const auto head = number(model, "kda.head_dim");
  const auto conv = number(model, "ssm.conv_kernel");
  return (3 * (conv > 0 ? conv - 1 : 0) + head) * shape.heads * head;
}

std::uint64_t state_elements(const gguf::Header& model, const Shape& shape) {
  const auto kernel = number(model, "shortconv.l_cache");
  if (kernel > 0) return shape.embedding * (kernel - 1);
  return std::max(
      {rwkv_elements(model, shape), delta_elements(model, shape), state_space_elements(model)});
}

/// Which layers hold a state instead of, or beside, an attention cache.
bool has_state(const gguf::Header& model, const Shape& shape, std::size_t layer,
               const std::vector<std::uint64_t>& feed_forward) {
  const auto& name = shape.architecture;
  if (name == "falcon-h1" || number(model, "wkv.head_size") > 0) return true;
  if (const auto interval = number(model, "full_attention_interval"); interval > 0) {
    return (layer + 1) % interval != 0;
  }
  if (name == "qwen3next" || name.starts_with("qwen35")) return (layer + 1) % 4 != 0;
  if (shape.layers[layer].k_elements > 0) return false;
  // Nemotron-H has layers that are only a feed-forward block.
  return !name.starts_with("nemotron_h") || feed_forward[layer] == 0;
}

void add_states(const gguf::Header& model, Shape& shape) {
  const auto count = shape.layers.size();
  const auto feed_forward = per_layer(model, "feed_forward_length", count, 0);
  const auto elements = state_elements(model, shape);
  if (elements == 0) return;
  const auto inner = number(model, "ssm.inner_size");
  shape.state_inner =
      2 * inner + 2 * number(model, "ssm.group_count") * number(model, "ssm.state_size");
  for (std::size_t i = 0; i < count; ++i) {
    if (!has_state(model, shape, i, feed_forward)) continue;
    if (shape.architecture != "falcon-h1") shape.layers[i] = {};
    shape.layers[i].state_elements = elements;
  }
}

void name_unknowns(const gguf::Header& model, Shape& shape) {
  if (number(model, "attention.indexer.head_count") > 0) {
    shape.unknowns.emplace_back(
        "The scratch memory of sparse attention grows with the context; only the engine's dry run "
        "tells it.");
  }
  if (model.get<bool>("plimsoll.no_formula").value_or(false)) {
    shape.unknowns.emplace_back(
        "This architecture has no formula here; the figures are guesses "
        "until its file can be asked.");
  }
  if (!knows_windows(model)) {
    shape.unknowns.emplace_back(
        "Which layers use the sliding window is not known; all are counted in full.");
  }
}

std::uint64_t vocabulary(const gguf::Header& model) {
  if (const auto* table = model.find_tensor("token_embd.weight"); table != nullptr) {
    return table->dims.size() > 1 ? std::min(table->dims[1], max_dimension) : 0;
  }
  const auto tokens = model.get<gguf::Array>("tokenizer.ggml.tokens");
  return tokens ? std::min(tokens->count, max_dimension) : 0;
}

/// Those whose graph of further layers was run here (tests/architectures/check.py).
bool guesses_for_itself(std::string_view architecture) {
  constexpr std::array<std::string_view, 2> checked{"glm4moe", "qwen35"};
  return std::ranges::contains(checked, architecture);
}

}  // namespace

Result<Shape> further_layers_of(const gguf::Header& model) {
  auto shape = TRY(shape_of(model));
  const auto own = shape.layers.size();
  shape.layers.clear();
  const auto projection = std::format("blk.{}.nextn.eh_proj.weight", own);
  if (!guesses_for_itself(shape.architecture) || model.find_tensor(projection) == nullptr) {
    return shape;
  }
  shape.layers.resize(number(model, "block_count"));
  add_attention(model, shape);
  shape.layers.erase(shape.layers.begin(), shape.layers.begin() + static_cast<std::ptrdiff_t>(own));
  return shape;
}

Result<Shape> shape_of(const gguf::Header& model) {
  Shape shape;
  shape.architecture = model.architecture();
  if (shape.architecture.empty()) {
    return fail(Errc::protocol, "the file does not name its architecture (general.architecture)");
  }
  const auto layers = number(model, "block_count");
  shape.embedding = number(model, "embedding_length");
  if (layers == 0 || layers > max_layers || shape.embedding == 0) {
    return fail(Errc::protocol,
                "the file is not a language model: {}.block_count is {} and "
                "{}.embedding_length is {}",
                shape.architecture, layers, shape.architecture, shape.embedding);
  }
  shape.trained_context = Tokens{static_cast<std::int64_t>(number(model, "context_length"))};
  shape.feed_forward = largest(per_layer(model, "feed_forward_length", layers, 0));
  shape.expert_feed_forward = number(model, "expert_feed_forward_length");
  shape.experts_used = number(model, "expert_used_count");
  shape.vocabulary = vocabulary(model);
  // Layers that only predict further tokens have no part in the main context.
  const auto extra = number(model, "nextn_predict_layers");
  shape.layers.resize(layers - std::min(layers, extra));
  add_attention(model, shape);
  add_states(model, shape);
  name_unknowns(model, shape);
  for (const auto& layer : shape.layers) {
    if (std::max(layer.k_elements, layer.v_elements) <= max_row &&
        layer.state_elements <= max_state)
      continue;
    return fail(Errc::protocol, "the file's attention or state dimensions are absurd");
  }
  return shape;
}

}  // namespace plim::plan
