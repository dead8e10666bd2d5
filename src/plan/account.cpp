#include "plan/account.hpp"

#include <algorithm>
#include <ranges>

#include "plan/compute.hpp"
#include "plan/split.hpp"

namespace plim::plan {
namespace {

// The server itself, its HTTP threads and tokenizer. Measured: 90 to 200 MiB.
constexpr Bytes process_overhead = 256_MiB;
// Context, libraries and allocation granularity of a driver until calibrated for this machine.
// Published: CUDA 320 to 457 MiB, ROCm 0.4 GiB; Vulkan at least 2 % of what it holds.
constexpr Bytes driver_overhead = 512_MiB;
// The table that guesses from text are looked up in: four million tokens.
constexpr Bytes guess_table = 16_MiB;
constexpr Bytes default_cache_ram = 2_GiB;
constexpr Bytes useful_cache_ram = 64_MiB;
constexpr std::uint64_t max_checkpoints = 8;

/// The layers of one device: [first, last), and the output layer where `output`.
struct Share {
  std::size_t first = 0;
  std::size_t last = 0;
  bool output = false;
};

Bytes device_reserve(const hw::Gpu& gpu, const Wishes& wishes) {
  return wishes.reserve.value_or(gpu.total >= 32_GiB ? 4_GiB : 2_GiB);
}

Bytes overhead_of(const hw::Gpu& gpu, const Wishes& wishes) {
  const auto known = std::ranges::find(wishes.overheads, gpu.engine_device, &Overhead::device);
  return known == wishes.overheads.end() ? driver_overhead : known->bytes;
}

/// The host also runs the user's editor, browser and build.
Bytes host_reserve(const hw::Memory& memory) {
  return std::max(1_GiB, Bytes{memory.total.value / 16});
}

bool unpacks_caches(const hw::Gpu& gpu) {
  return gpu.engine_device.starts_with("CUDA") || gpu.engine_device.starts_with("ROCm");
}

bool shares_ram(const hw::Gpu& gpu) { return gpu.kind != hw::GpuKind::discrete; }

void balance(LedgerRow& row) { row.left = row.free - (row.needed() + row.reserve); }

Bytes usable(const Load& load, const hw::Gpu& gpu) {
  return shares_ram(gpu) ? std::min(gpu.free, load.hardware.memory.usable()) : gpu.free;
}

Bytes scratch(const Load& load, const Site& site, const hw::Gpu& gpu, const CacheLayout& layout) {
  auto bytes = compute_bytes(load.shape, layout, site.gpus.size());
  if (unpacks_caches(gpu)) bytes += unpack_bytes(load.shape, layout);
  return bytes;
}

/// What one layer takes of the GPU it is on.
Bytes layer_bytes(const Load& load, const CacheLayout& layout, const Offload& offload,
                  std::size_t layer) {
  const auto cache = layer_cache(load.shape, layout, layer);
  const auto all = load.weights.layers[layer] + cache.kv + cache.recurrent;
  return layer < offload.experts ? all - load.weights.experts[layer] : all;
}

/// How many layers each GPU gets; the last one's count includes the output layer.
std::vector<std::size_t> place(const Load& load, const Site& site, const CacheLayout& layout,
                               const Offload& offload) {
  const auto count = load.shape.layers.size();
  const auto first = std::min(offload.layers, count);
  if (site.gpus.size() == 1) return {count - first + 1};
  std::vector<Bytes> room;
  room.reserve(site.gpus.size());
  for (const auto* gpu : site.gpus) {
    room.push_back(usable(load, *gpu) -
                   (device_reserve(*gpu, load.wishes) + overhead_of(*gpu, load.wishes) +
                    scratch(load, site, *gpu, layout)));
  }
  std::vector<Bytes> needs;
  needs.reserve(count - first + 1);
  for (auto layer = first; layer < count; ++layer) {
    needs.push_back(layer_bytes(load, layout, offload, layer));
  }
  needs.push_back(load.weights.output + load.weights.tied);
  return split_layers(needs, room);
}

std::vector<Share> shares_of(const Load& load, const std::vector<std::size_t>& split,
                             const Offload& offload) {
  const auto count = load.shape.layers.size();
  std::vector<Share> shares;
  auto next = std::min(offload.layers, count);
  for (const auto layers : split) {
    const auto end = next + layers;
    shares.push_back({next, std::min(end, count), layers > 0 && end > count});
    next = std::min(end, count);
  }
  return shares;
}

LedgerRow device_row(const Load& load, const Site& site, const hw::Gpu& gpu, const Share& share,
                     const CacheLayout& layout, const Offload& offload) {
  LedgerRow row{.device = gpu.engine_device,
                .capacity = gpu.total,
                .free = usable(load, gpu),
                .compute = scratch(load, site, gpu, layout),
                .overhead = overhead_of(gpu, load.wishes),
                .reserve = device_reserve(gpu, load.wishes),
                .label = gpu.name};
  for (auto layer = share.first; layer < share.last; ++layer) {
    const auto cache = layer_cache(load.shape, layout, layer);
    const auto stays = layer < offload.experts ? load.weights.experts[layer] : Bytes{};
    row.weights += load.weights.layers[layer] - stays;
    row.kv += cache.kv;
    row.recurrent += cache.recurrent;
  }
  if (share.output) row.weights += load.weights.output + load.weights.tied;
  balance(row);
  return row;
}

/// The host's part when layers are on GPUs.
LedgerRow host_row(const Load& load, const Site& site, const std::vector<LedgerRow>& devices,
                   const CacheLayout& layout, const Offload& offload) {
  const auto& memory = load.hardware.memory;
  LedgerRow row{.device = "host",
                .capacity = memory.capacity(),
                .free = memory.usable(),
                .weights = load.weights.lookups,
                .compute = host_compute_bytes(load.shape, layout),
                .overhead = process_overhead,
                .reserve = host_reserve(memory)};
  for (std::size_t layer = 0; layer < load.shape.layers.size(); ++layer) {
    if (layer < offload.experts) row.weights += load.weights.experts[layer];
    if (layer >= offload.layers) continue;
    const auto cache = layer_cache(load.shape, layout, layer);
    row.weights += load.weights.layers[layer];
    row.kv += cache.kv;
    row.recurrent += cache.recurrent;
  }
  if (offload.any()) row.compute += compute_bytes(load.shape, layout, 1);
  // One memory, two rows: what the device takes of it is gone for the host.
  for (std::size_t i = 0; i < devices.size(); ++i) {
    if (shares_ram(*site.gpus[i])) row.free = row.free - devices[i].needed();
  }
  balance(row);
  return row;
}

Bytes repack_of(const Load& load) { return load.hardware.cpu.amx ? load.weights.repack : Bytes{}; }

LedgerRow cpu_row(const Load& load, const CacheLayout& layout) {
  const auto& memory = load.hardware.memory;
  const auto caches = cache_bytes(load.shape, layout);
  LedgerRow row{.device = "host",
                .capacity = memory.capacity(),
                .free = memory.usable(),
                .weights = load.weights.on_cpu(),
                .kv = caches.kv,
                .recurrent = caches.recurrent,
                .compute = compute_bytes(load.shape, layout, 1),
                .overhead = process_overhead + repack_of(load),
                .reserve = load.wishes.reserve.value_or(host_reserve(memory))};
  balance(row);
  return row;
}

/// Puts what guesses where most is left, all of it on one device.
void add_drafter(const Load& load, const Site& site, const CacheLayout& layout, Account& account) {
  const auto& drafter = *load.drafter;
  const auto own = beside(drafter, layout);
  const auto caches = cache_bytes(drafter.shape, own);
  auto& rows = account.rows;
  auto& host = rows.back();
  const auto devices = static_cast<std::ptrdiff_t>(site.gpus.size());
  auto& row = site.on_cpu()
                  ? host
                  : *std::ranges::max_element(rows.begin(), rows.begin() + devices, {}, &left_of);
  const auto before = row.needed();
  row.weights += site.on_cpu() ? drafter.on_cpu : drafter.on_gpu;
  row.kv += caches.kv;
  row.recurrent += caches.recurrent;
  row.compute += compute_bytes(drafter.shape, own);
  if (site.on_cpu()) {
    account.draft_device = "none";
    account.draft_bytes = row.needed() - before;
    return balance(row);
  }
  const auto& gpu = *site.gpus[static_cast<std::size_t>(&row - rows.data())];
  if (unpacks_caches(gpu)) row.compute += unpack_bytes(drafter.shape, own);
  account.draft_device = row.device;
  account.draft_bytes = row.needed() - before;
  if (shares_ram(gpu)) host.free = host.free - account.draft_bytes;
  const auto inputs = host_compute_bytes(drafter.shape, own);
  host.weights += drafter.on_host;
  host.compute += inputs;
  account.draft_bytes += drafter.on_host + inputs;
  balance(row);
  balance(host);
}

/// What one context checkpoint takes, of what guesses too.
Bytes checkpoint_of(const Load& load, const CacheLayout& layout) {
  const auto own = cache_bytes(load.shape, layout).checkpoint(layout.slots);
  if (load.drafter == nullptr) return own;
  const auto& drafter = *load.drafter;
  return own + cache_bytes(drafter.shape, beside(drafter, layout)).checkpoint(layout.slots);
}

/// Gives half of what the host has left to the prompt cache and a quarter to checkpoints, both
/// bounded: neither is worth a plan that does not fit.
void add_host_caches(const Load& load, const CacheLayout& layout, Account& account) {
  auto& host = account.rows.back();
  const auto offered = std::min(default_cache_ram, Bytes{host.left.value / 2});
  const auto wanted =
      load.wishes.cache_ram.value_or(offered < useful_cache_ram ? Bytes{} : offered);
  account.cache_ram = Bytes{(wanted.value >> 20U) << 20U};
  const auto checkpoint = checkpoint_of(load, layout);
  if (checkpoint > Bytes{}) {
    const auto room = host.left.value / 4 / checkpoint.value;
    account.checkpoints = static_cast<int>(std::min(max_checkpoints, room));
  }
  host.caches = account.cache_ram + checkpoint * static_cast<std::uint64_t>(account.checkpoints);
  // What a guess that fails has to be taken back to.
  if (layout.draft > 0) host.caches += checkpoint * layout.slots;
  if (layout.draft > 0 && layout.draft_by == DraftBy::text) host.overhead += guess_table;
  balance(host);
}

/// What the CPU computes of each token when part of the model stays with it.
Work host_work(const Load& load, const CacheLayout& layout, const Offload& offload,
               std::uint64_t depth) {
  auto work = work_of(load.model, load.shape, layout, {0, offload.layers, false}, depth);
  const auto experts =
      work_of(load.model, load.shape, layout, {0, offload.experts, false, Part::experts}, depth);
  work.weights += experts.weights;
  work.all_weights += experts.all_weights;
  work.parameters += experts.parameters;
  return work;
}

/// A model that only embeds text keeps nothing of it, or says how it pools it.
bool writes_replies(const Load& load) {
  if (load.model.arch<std::uint64_t>("pooling_type").value_or(0) != 0) return false;
  return std::ranges::any_of(load.shape.layers, [](const Layer& layer) {
    return layer.k_elements + layer.state_elements > 0;
  });
}

}  // namespace

bool Account::fits() const {
  return std::ranges::all_of(
      rows, [](const LedgerRow& row) { return row.needed() + row.reserve <= row.free; });
}

Account draw_up(const Load& load, const Site& site, const CacheLayout& layout,
                const Offload& offload) {
  Account account;
  if (site.on_cpu()) {
    account.rows = {cpu_row(load, layout)};
  } else {
    account.split = place(load, site, layout, offload);
    const auto shares = shares_of(load, account.split, offload);
    for (const auto& [gpu, share] : std::views::zip(site.gpus, shares)) {
      account.rows.push_back(device_row(load, site, *gpu, share, layout, offload));
    }
    account.rows.push_back(host_row(load, site, account.rows, layout, offload));
  }
  if (load.drafter != nullptr) add_drafter(load, site, layout, account);
  add_host_caches(load, layout, account);
  return account;
}

Speed speed_of(const Load& load, const Site& site, const CacheLayout& layout,
               const Account& account, const Offload& offload, std::uint64_t depth) {
  std::vector<Stage> stages;
  const auto layers = load.shape.layers.size();
  if (site.on_cpu()) {
    stages.push_back({roof_of(load.hardware),
                      work_of(load.model, load.shape, layout, {0, layers, true}, depth)});
  }
  const auto shares = shares_of(load, account.split, offload);
  for (std::size_t i = 0; i < shares.size(); ++i) {
    const auto& share = shares[i];
    auto work =
        work_of(load.model, load.shape, layout, {share.first, share.last, share.output}, depth);
    if (share.first < offload.experts) {
      const auto away = work_of(
          load.model, load.shape, layout,
          {share.first, std::min(share.last, offload.experts), false, Part::experts}, depth);
      work.weights -= away.weights;
      work.all_weights -= away.all_weights;
      work.parameters -= away.parameters;
    }
    stages.push_back({roof_of(*site.gpus[i]), work});
  }
  if (offload.any()) {
    stages.push_back({roof_of(load.hardware), host_work(load, layout, offload, depth)});
  }
  return {writes_replies(load) ? decode_rate(stages) : Rate{}, prefill_rate(stages, layout.ubatch)};
}

}  // namespace plim::plan
