#pragma once

#include <vector>

#include "plan/account.hpp"

namespace plim::plan {

/// The sentence for a model that fits nowhere: per device what is needed and what there is, and
/// the nearest thing that would fit.
///
/// `smallest` is the layout with the least memory that the wishes allow.
[[nodiscard]] Error refusal(const Load& load, const std::vector<Site>& sites,
                            const CacheLayout& smallest);

/// The largest context up to `limit`, a multiple of context_step, with which `load` fits on `site`;
/// 0 when none does.
[[nodiscard]] Tokens largest_context(const Load& load, const Site& site, CacheLayout layout,
                                     Tokens limit);

}  // namespace plim::plan
