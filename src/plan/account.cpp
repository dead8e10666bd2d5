#include "plan/account.hpp"

#include <algorithm>

#include "plan/compute.hpp"
#include "plan/weights.hpp"

namespace plim::plan {
namespace {

// The server itself, its HTTP threads and tokenizer. Measured: 90 to 200 MiB.
constexpr Bytes process_overhead = 256_MiB;
// Context, libraries and allocation granularity of a driver until calibrated for this machine.
// Published: CUDA 320 to 457 MiB, ROCm 0.4 GiB; Vulkan at least 2 % of what it holds.
constexpr Bytes driver_overhead = 512_MiB;
constexpr Bytes default_cache_ram = 2_GiB;
constexpr Bytes useful_cache_ram = 64_MiB;
constexpr std::uint64_t max_checkpoints = 8;

Bytes device_reserve(const hw::Gpu& gpu, const Wishes& wishes) {
  return wishes.reserve.value_or(gpu.total >= 32_GiB ? 4_GiB : 2_GiB);
}

/// The host also runs the user's editor, browser and build.
Bytes host_reserve(const hw::Memory& memory) {
  return std::max(1_GiB, Bytes{memory.total.value / 16});
}

bool unpacks_caches(const hw::Gpu& gpu) {
  return gpu.engine_device.starts_with("CUDA") || gpu.engine_device.starts_with("ROCm");
}

void balance(LedgerRow& row) { row.left = row.free - (row.needed() + row.reserve); }

LedgerRow device_row(const Load& load, const hw::Gpu& gpu, const CacheLayout& layout) {
  const auto caches = cache_bytes(load.shape, layout);
  LedgerRow row{.device = gpu.engine_device,
                .capacity = gpu.total,
                .free = gpu.free,
                .weights = weights_on_gpu(load.model).device,
                .kv = caches.kv,
                .recurrent = caches.recurrent,
                .compute = compute_bytes(load.shape, layout),
                .overhead = driver_overhead,
                .reserve = device_reserve(gpu, load.wishes)};
  if (unpacks_caches(gpu)) row.compute += unpack_bytes(load.shape, layout);
  if (gpu.kind != hw::GpuKind::discrete) {
    row.free = std::min(row.free, load.hardware.memory.usable());
  }
  balance(row);
  return row;
}

/// The host's part when the layers are on a GPU.
LedgerRow host_row(const Load& load, const LedgerRow& device, const hw::Gpu& gpu,
                   const CacheLayout& layout) {
  const auto& memory = load.hardware.memory;
  LedgerRow row{.device = "host",
                .capacity = memory.capacity(),
                .free = memory.usable(),
                .weights = weights_on_gpu(load.model).host,
                .compute = host_compute_bytes(load.shape, layout),
                .overhead = process_overhead,
                .reserve = host_reserve(memory)};
  // One memory, two rows: what the device takes of it is gone for the host.
  if (gpu.kind != hw::GpuKind::discrete) row.free = row.free - device.needed();
  balance(row);
  return row;
}

LedgerRow cpu_row(const Load& load, const CacheLayout& layout) {
  const auto& memory = load.hardware.memory;
  const auto caches = cache_bytes(load.shape, layout);
  LedgerRow row{.device = "host",
                .capacity = memory.capacity(),
                .free = memory.usable(),
                .weights = weights_on_cpu(load.model).host,
                .kv = caches.kv,
                .recurrent = caches.recurrent,
                .compute = compute_bytes(load.shape, layout),
                .overhead = process_overhead,
                .reserve = load.wishes.reserve.value_or(host_reserve(memory))};
  balance(row);
  return row;
}

/// Gives half of what the host has left to the prompt cache and a quarter to checkpoints, both
/// bounded: neither is worth a plan that does not fit.
void add_host_caches(const Load& load, const CacheLayout& layout, Account& account) {
  auto& host = account.rows.back();
  const auto offered = std::min(default_cache_ram, Bytes{host.left.value / 2});
  const auto wanted =
      load.wishes.cache_ram.value_or(offered < useful_cache_ram ? Bytes{} : offered);
  account.cache_ram = Bytes{(wanted.value >> 20U) << 20U};
  const auto checkpoint = cache_bytes(load.shape, layout).checkpoint(layout.slots);
  if (checkpoint > Bytes{}) {
    const auto room = host.left.value / 4 / checkpoint.value;
    account.checkpoints = static_cast<int>(std::min(max_checkpoints, room));
  }
  host.caches = account.cache_ram + checkpoint * static_cast<std::uint64_t>(account.checkpoints);
  balance(host);
}

}  // namespace

bool Account::fits() const {
  return std::ranges::all_of(
      rows, [](const LedgerRow& row) { return row.needed() + row.reserve <= row.free; });
}

Account draw_up(const Load& load, const Site& site, const CacheLayout& layout) {
  Account account;
  if (site.gpu == nullptr) {
    account.rows = {cpu_row(load, layout)};
  } else {
    const auto device = device_row(load, *site.gpu, layout);
    account.rows = {device, host_row(load, device, *site.gpu, layout)};
  }
  add_host_caches(load, layout, account);
  return account;
}

}  // namespace plim::plan
