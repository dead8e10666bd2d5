#pragma once

#include <string>
#include <vector>

#include "gguf/gguf.hpp"
#include "hw/hw.hpp"
#include "plan/cache.hpp"
#include "plan/plan.hpp"
#include "plan/shape.hpp"

namespace plim::plan {

/// Where a whole model could live.
struct Site {
  const hw::Gpu* gpu = nullptr;  ///< Null: the CPU. Must outlive the site.
  std::string label;             ///< For people.
};

/// What a plan is made of before its context and cache types are chosen. Borrows everything.
struct Load {
  const hw::Hardware& hardware;
  const gguf::Header& model;
  const Shape& shape;
  const Wishes& wishes;
};

/// A ledger and the host caches it has room for.
struct Account {
  std::vector<LedgerRow> rows;  ///< Device first, host last.
  Bytes cache_ram;
  int checkpoints = 0;

  /// Whether each row's needs and reserve are within what is free.
  [[nodiscard]] bool fits() const;
};

/// Draws up the account of running `load` on `site` with `layout`.
[[nodiscard]] Account draw_up(const Load& load, const Site& site, const CacheLayout& layout);

}  // namespace plim::plan
