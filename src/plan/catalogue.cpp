#include "plan/catalogue.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <format>
#include <map>
#include <ranges>
#include <span>

#include "plan/quantization.hpp"
#include "plan/words.hpp"

namespace plim::plan {
namespace {

using Keys = std::map<std::string_view, std::string_view>;

/// One row of the catalogue.
struct Row {
  std::string_view id;
  std::string_view architecture;
  double parameters = 0;
  Keys keys;
};

double number_of(std::string_view text) {
  double value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

Keys keys_of(std::string_view text) {
  Keys keys;
  for (const auto part : std::views::split(text, ' ')) {
    const std::string_view pair(part.begin(), part.end());
    const auto equals = pair.find('=');
    if (equals != std::string_view::npos) keys[pair.substr(0, equals)] = pair.substr(equals + 1);
  }
  return keys;
}

std::vector<Row> read_rows() {
  std::vector<Row> rows;
  for (const auto part : std::views::split(words::models, '\n')) {
    const std::string_view line(part.begin(), part.end());
    std::vector<std::string_view> fields;
    for (const auto field : std::views::split(line, ',')) {
      fields.emplace_back(field.begin(), field.end());
    }
    if (line.starts_with('#') || fields.size() != 4) continue;
    rows.push_back({fields[0], fields[1], 1e9 * number_of(fields[2]), keys_of(fields[3])});
  }
  return rows;
}

std::span<const Row> rows() {
  static const auto all = read_rows();
  return all;
}

std::uint64_t count_of(const Row& row, std::string_view key, std::uint64_t otherwise = 0) {
  const auto found = row.keys.find(key);
  return found == row.keys.end() ? otherwise : static_cast<std::uint64_t>(number_of(found->second));
}

/// What stands in front of a key in a file: "attention.", "ssm." or nothing.
std::string_view folder_of(std::string_view key) {
  constexpr std::array ssm{"conv_kernel", "inner_size", "state_size", "time_step_rank",
                           "group_count"};
  constexpr std::array top{
      "block_count",  "embedding_length",  "feed_forward_length",     "context_length",
      "expert_count", "expert_used_count", "full_attention_interval", "expert_feed_forward_length",
      "pooling_type"};
  if (std::ranges::contains(ssm, key)) return "ssm.";
  return std::ranges::contains(top, key) ? "" : "attention.";
}

/// "8*5:2": eight for five layers, then two for one, and again.
gguf::Array repeated(std::string_view text, std::uint64_t layers) {
  const auto star = text.find('*');
  const auto colon = text.find(':');
  const auto many = static_cast<std::int64_t>(number_of(text.substr(0, star)));
  const auto period = static_cast<std::uint64_t>(number_of(text.substr(star + 1))) + 1;
  const auto last = static_cast<std::int64_t>(number_of(text.substr(colon + 1)));
  gguf::Array array{.element = gguf::ValueType::i32, .count = layers};
  for (std::uint64_t i = 0; i < layers; ++i) {
    array.integers.push_back(i % period == period - 1 ? last : many);
  }
  return array;
}

gguf::Array windows(const Row& row, std::uint64_t period, std::uint64_t layers) {
  gguf::Array array{.element = gguf::ValueType::boolean, .count = layers};
  const auto full = count_of(row, "full_first") > 0 ? 0 : period - 1;
  for (std::uint64_t i = 0; i < layers; ++i) array.integers.push_back(i % period != full ? 1 : 0);
  return array;
}

void add_keys(const Row& row, gguf::Header& header) {
  constexpr std::array ours{"v",     "tied",          "per_layer", "probe",
                            "cache", "experts_every", "full_first"};
  const auto prefix = std::string(row.architecture) + ".";
  const auto layers = count_of(row, "block_count");
  for (const auto& [key, text] : row.keys) {
    if (std::ranges::contains(ours, key)) continue;
    gguf::Value value = static_cast<std::uint64_t>(number_of(text));
    if (text.contains('*')) value = repeated(text, layers);
    if (key == "sliding_window_pattern") value = windows(row, count_of(row, key), layers);
    header.values[prefix + std::string(folder_of(key)) + std::string(key)] = std::move(value);
  }
  for (const auto* end : {"", "_swa"}) {
    const auto k = header.values.find(prefix + "attention.key_length" + end);
    if (k != header.values.end()) {
      header.values.try_emplace(prefix + "attention.value_length" + end, k->second);
    }
  }
  if (row.keys.contains("cache"))
    header.values[prefix + "attention.head_count_kv"] = std::uint64_t{0};
}

/// Appends a tensor of about `elements` at `bits` each.
void add_tensor(gguf::Header& header, std::string name, double elements, double bits,
                std::uint64_t row = 0) {
  if (elements < 1) return;
  gguf::Tensor tensor{.name = std::move(name), .type = gguf::find_type("f16")};
  const auto count = static_cast<std::uint64_t>(std::llround(elements));
  tensor.dims = row > 0 ? std::vector{row, count / row} : std::vector{count};
  tensor.bytes = Bytes{static_cast<std::uint64_t>(std::llround(elements * bits / 8))};
  header.tensors.push_back(std::move(tensor));
}

void add_tensors(const Row& row, const Quantization& quant, gguf::Header& header) {
  const auto embedding = static_cast<double>(count_of(row, "embedding_length"));
  const auto layers = static_cast<double>(count_of(row, "block_count"));
  const auto table = embedding * static_cast<double>(count_of(row, "v"));
  const bool tied = count_of(row, "tied") > 0;
  const auto each_layer =
      static_cast<double>(count_of(row, "v") * count_of(row, "per_layer")) * layers;
  // A tied table is read as the output layer too, and files keep it as that.
  add_tensor(header, "token_embd.weight", table, tied ? quant.output : quant.embedding,
             count_of(row, "embedding_length"));
  if (!tied) add_tensor(header, "output.weight", table, quant.output);
  add_tensor(header, "per_layer_token_embd.weight", each_layer, quant.embedding);
  const auto rest = std::max(row.parameters - table * (tied ? 1 : 2) - each_layer, layers);
  const auto every = static_cast<double>(count_of(row, "experts_every", 1));
  const auto gated = 3 * embedding *
                     static_cast<double>(count_of(row, "expert_feed_forward_length") *
                                         count_of(row, "expert_count")) *
                     layers / every;
  const auto experts = std::min(gated, 0.96 * rest);
  for (std::uint64_t i = 0; i < count_of(row, "block_count"); ++i) {
    add_tensor(header, std::format("blk.{}.all.weight", i), (rest - experts) / layers,
               quant.layers);
    add_tensor(header, std::format("blk.{}.ffn_exps.weight", i), experts / layers, quant.experts);
  }
}

std::string lower(std::string_view text) {
  std::string out;
  for (const char c : text) out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

/// Names that hold the wanted one's longest start, for a message.
std::string near(const std::string& wanted) {
  for (auto length = wanted.size(); length >= 3; --length) {
    std::string names;
    for (const auto& row : rows()) {
      if (!row.id.contains(wanted.substr(0, length))) continue;
      names += (names.empty() ? "" : ", ") + std::string(row.id);
    }
    if (!names.empty()) return "; near: " + names;
  }
  return "";
}

}  // namespace

std::vector<std::string_view> known_models() {
  std::vector<std::string_view> names;
  for (const auto& row : rows()) names.push_back(row.id);
  return names;
}

Result<gguf::Header> known_model(std::string_view id, std::string_view quant) {
  const auto wanted = lower(id);
  const auto row = std::ranges::find(rows(), std::string_view(wanted), &Row::id);
  if (row == rows().end()) {
    return fail(Errc::not_found, "{} is no file, and no model of the catalogue{}", id,
                near(wanted));
  }
  const auto usual = row->architecture == "gpt-oss" ? "MXFP4" : "Q4_K_M";
  const auto name = quant.empty() ? std::string_view(usual) : quant;
  const auto bits = find_quantization(name);
  if (!bits) {
    return fail(Errc::invalid, "{} is no quantization such as Q4_K_M, Q8_0, IQ4_XS or F16", name);
  }
  gguf::Header header{.version = 3};
  header.values["general.architecture"] = std::string(row->architecture);
  header.values["general.name"] = std::format("{} {}", row->id, name);
  add_keys(*row, header);
  add_tensors(*row, *bits, header);
  if (count_of(*row, "probe") > 0) header.values["plimsoll.no_formula"] = true;
  return header;
}

}  // namespace plim::plan
