#include "hw/catalogue.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <format>
#include <optional>
#include <ranges>
#include <vector>

#include "hw/text_file.hpp"
#include "hw/words.hpp"

namespace plim::hw {
namespace {

Bytes gibibytes(double amount) {
  return {static_cast<std::uint64_t>(std::llround(amount * static_cast<double>(1U << 30U)))};
}

std::vector<std::string_view> fields_of(std::string_view line) {
  std::vector<std::string_view> fields;
  for (const auto part : std::views::split(line, ','))
    fields.push_back(trim({part.begin(), part.end()}));
  return fields;
}

double number_of(std::string_view text) {
  double value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::vector<KnownGpu> read_catalogue() {
  std::vector<KnownGpu> gpus;
  for (const auto part : std::views::split(words::gpus, '\n')) {
    const std::string_view line(part.begin(), part.end());
    const auto fields = fields_of(line);
    if (line.starts_with('#') || fields.size() != 5) continue;
    gpus.push_back({.name = fields[0],
                    .memory = gibibytes(number_of(fields[1])),
                    .bandwidth = number_of(fields[2]),
                    .family = fields[3],
                    .tflops = number_of(fields[4])});
  }
  return gpus;
}

/// A name without what people write in several ways, and the memory it may name.
struct Key {
  std::string name;
  std::optional<Bytes> memory;
};

bool is_alnum(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; }

std::string lower_words(std::string_view text) {
  std::string out;
  for (const char c : text) {
    out += is_alnum(c) ? static_cast<char>(std::tolower(static_cast<unsigned char>(c))) : ' ';
  }
  return out;
}

/// "80gb", "24gib": a size; nothing for any other word.
std::optional<Bytes> size_word(std::string_view word) {
  const auto digits = word.find_first_not_of("0123456789");
  if (digits == 0 || digits == std::string_view::npos) return std::nullopt;
  const auto unit = word.substr(digits);
  if (unit != "gb" && unit != "gib" && unit != "g") return std::nullopt;
  const auto amount = to_number<std::uint32_t>(word.substr(0, digits));
  if (!amount || *amount == 0) return std::nullopt;
  return 1_GiB * *amount;
}

constexpr std::array<std::string_view, 9> noise{"nvidia", "geforce", "amd",   "radeon", "intel",
                                                "r",      "tm",      "apple", "gpu"};

Key key_of(std::string_view text) {
  Key key;
  const auto words = lower_words(text);
  std::string_view before;
  for (const auto part : std::views::split(words, ' ')) {
    const std::string_view word(part.begin(), part.end());
    if (word.empty() || std::ranges::contains(noise, word)) continue;
    auto size = size_word(word);
    // "80 GB": the number is already in the name.
    if ((word == "gb" || word == "gib") && !before.empty()) {
      size = size_word(std::string(before) + "gb");
      if (size) key.name.resize(key.name.size() - before.size());
    }
    before = word;
    if (size) key.memory = size;
    if (!size) key.name += word;
  }
  return key;
}

/// The names of one catalogue row: the first, and those in parentheses.
std::vector<Key> keys_of(std::string_view name) {
  const auto open = name.find('(');
  std::vector<Key> keys{key_of(name.substr(0, open))};
  if (open != std::string_view::npos) {
    keys.push_back(key_of(name.substr(open + 1, name.find(')') - open - 1)));
    keys.back().memory = keys.front().memory;
  }
  return keys;
}

std::string_view without_parentheses(std::string_view text) {
  return text.substr(0, text.find('('));
}

std::uint64_t apart(Bytes a, Bytes b) { return ((a - b) + (b - a)).value; }

/// The row whose memory is nearest to `memory`; without one the first, which is the common one.
const KnownGpu* nearest_memory(const std::vector<const KnownGpu*>& rows,
                               std::optional<Bytes> memory) {
  if (rows.empty()) return nullptr;
  if (!memory) return rows.front();
  return *std::ranges::min_element(rows, {},
                                   [&](const auto* row) { return apart(row->memory, *memory); });
}

std::string names_of(const std::vector<const KnownGpu*>& rows) {
  std::string text;
  for (const auto* row : rows | std::views::take(8)) {
    text += std::format("{}{}", text.empty() ? "" : ", ", row->name);
  }
  return text;
}

/// Rows that share the longest start with `wanted`, for a message.
std::vector<const KnownGpu*> similar(std::string_view wanted) {
  std::vector<const KnownGpu*> rows;
  std::size_t best = 2;
  for (const auto& gpu : known_gpus()) {
    const auto name = keys_of(gpu.name).front().name;
    const auto common =
        static_cast<std::size_t>(std::ranges::mismatch(name, wanted).in1 - name.begin());
    if (common > best) rows.clear();
    best = std::max(best, common);
    if (common == best) rows.push_back(&gpu);
  }
  return rows;
}

bool is_unified(std::string_view family) {
  return family.starts_with("apple") || family.starts_with("soc") || family == "apu" ||
         family.starts_with("igpu");
}

/// The share of a unified memory that its GPU may take without being told otherwise.
/// Source: Metal's recommendedMaxWorkingSetSize (two thirds, three quarters from 36 GB on); AMD
/// APUs' largest firmware carve-out, 96 of 128 GB; elsewhere the pool is all of it.
double gpu_share(const KnownGpu& known) {
  if (known.family.starts_with("apple")) return known.memory >= 36_GiB ? 0.75 : 2.0 / 3;
  return known.family == "apu" ? 0.75 : 1.0;
}

std::string_view backend_of(std::string_view family) {
  if (family.starts_with("apple")) return "MTL";
  if (family.starts_with("rdna") || family.starts_with("cdna") || family == "apu" ||
      family.starts_with("arc") || family.starts_with("igpu")) {
    return "Vulkan";
  }
  return "CUDA";
}

}  // namespace

std::span<const KnownGpu> known_gpus() {
  static const auto gpus = read_catalogue();
  return gpus;
}

Result<KnownGpu> find_known_gpu(std::string_view name) {
  auto wanted = key_of(without_parentheses(name));
  if (wanted.name.empty()) return fail(Errc::invalid, "\"{}\" names no GPU", name);
  std::vector<const KnownGpu*> exact;
  std::vector<const KnownGpu*> partial;
  std::vector<const KnownGpu*> ending;  // "4090" means the RTX 4090, not its Laptop
  for (const auto& gpu : known_gpus()) {
    const auto keys = keys_of(gpu.name);
    if (std::ranges::contains(keys, wanted.name, &Key::name)) exact.push_back(&gpu);
    if (keys.front().name.contains(wanted.name)) partial.push_back(&gpu);
    if (keys.front().name.ends_with(wanted.name)) ending.push_back(&gpu);
  }
  const auto name_of = [](const KnownGpu* gpu) { return keys_of(gpu->name).front().name; };
  const bool one = !ending.empty() && std::ranges::all_of(ending, [&](const KnownGpu* gpu) {
    return name_of(gpu) == name_of(ending.front());
  });
  if (exact.empty() && partial.size() == 1) exact = partial;
  if (exact.empty() && one) exact = ending;
  if (exact.empty() && !partial.empty()) {
    return fail(Errc::invalid, "several GPUs answer to \"{}\": {}", name, names_of(partial));
  }
  if (exact.empty()) {
    const auto near = similar(wanted.name);
    return fail(Errc::not_found,
                "no GPU called \"{}\" is in the catalogue{}{} (--vram SIZE --bandwidth GB/s "
                "--tflops N describes any other)",
                name, near.empty() ? "" : "; near: ", names_of(near));
  }
  auto found = *nearest_memory(exact, wanted.memory);
  if (wanted.memory) found.memory = *wanted.memory;
  return found;
}

const KnownGpu* recognise(std::string_view description, Bytes memory) {
  const auto wanted = key_of(without_parentheses(description));
  std::vector<const KnownGpu*> rows;
  std::size_t longest = 0;
  for (const auto& gpu : known_gpus()) {
    for (const auto& key : keys_of(gpu.name)) {
      if (key.name.empty() || key.name.size() < longest || !wanted.name.contains(key.name))
        continue;
      if (key.name.size() > longest) rows.clear();
      longest = key.name.size();
      rows.push_back(&gpu);
    }
  }
  // Two letters and a digit are in too many names to mean anything.
  return longest < 3 && wanted.name.size() > 2 ? nullptr : nearest_memory(rows, memory);
}

Gpu as_gpu(const KnownGpu& known, int index) {
  const auto usable = static_cast<double>(known.memory.value) * gpu_share(known);
  return {.name = std::string(known.name),
          .engine_device = std::format("{}{}", backend_of(known.family), index),
          .kind = is_unified(known.family) ? GpuKind::unified : GpuKind::discrete,
          .total = known.memory,
          .free = Bytes{static_cast<std::uint64_t>(usable)},
          .bandwidth = known.bandwidth,
          .tflops = known.tflops,
          .family = std::string(known.family)};
}

}  // namespace plim::hw
