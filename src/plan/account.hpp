#pragma once

#include <string>
#include <vector>

#include "gguf/gguf.hpp"
#include "hw/hw.hpp"
#include "plan/cache.hpp"
#include "plan/drafter.hpp"
#include "plan/plan.hpp"
#include "plan/shape.hpp"
#include "plan/speed.hpp"
#include "plan/weights.hpp"

namespace plim::plan {

/// Where a whole model could live.
struct Site {
  std::vector<const hw::Gpu*> gpus;  ///< Empty: the CPU. Several share the layers. Must outlive.
  std::string label;                 ///< For people.

  [[nodiscard]] bool on_cpu() const { return gpus.empty(); }
};

/// What a plan is made of before its context and cache types are chosen. Borrows everything.
struct Load {
  const hw::Hardware& hardware;
  const gguf::Header& model;
  const Shape& shape;
  const Weights& weights;
  const Wishes& wishes;
  const Drafter* drafter = nullptr;  ///< Guesses beside it; null: nothing but text does.
};

/// What stays in RAM although there is a GPU; only when the user asked for it.
struct Offload {
  std::size_t layers = 0;   ///< The first so many, with their caches.
  std::size_t experts = 0;  ///< The experts of the first so many.

  [[nodiscard]] bool any() const { return layers + experts > 0; }
};

/// A ledger and the host caches it has room for.
struct Account {
  std::vector<LedgerRow> rows;     ///< Devices first, host last.
  std::vector<std::size_t> split;  ///< Layers of each GPU, the output layer counted as one.
  Bytes cache_ram;
  int checkpoints = 0;
  std::string draft_device;  ///< Where what guesses is; "none": the CPU.
  Bytes draft_bytes;         ///< What it takes, in all rows together.

  /// Whether each row's needs and reserve are within what is free.
  [[nodiscard]] bool fits() const;
};

/// Draws up the account of running `load` on `site` with `layout`.
[[nodiscard]] Account draw_up(const Load& load, const Site& site, const CacheLayout& layout,
                              const Offload& offload = {});

/// Predicted speed of that, with `depth` tokens in the cache.
[[nodiscard]] Speed speed_of(const Load& load, const Site& site, const CacheLayout& layout,
                             const Account& account, const Offload& offload, std::uint64_t depth);

}  // namespace plim::plan
