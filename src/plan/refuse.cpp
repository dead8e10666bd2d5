#include "plan/refuse.hpp"

#include <algorithm>
#include <format>

namespace plim::plan {
namespace {

/// The first row that does not fit.
const LedgerRow& short_row(const Account& account) {
  const auto row = std::ranges::find_if(
      account.rows, [](const LedgerRow& r) { return r.needed() + r.reserve > r.free; });
  return row == account.rows.end() ? account.rows.front() : *row;
}

std::string describe(const Site& site, const Account& account, const CacheLayout& layout) {
  const auto& row = short_row(account);
  const auto where = row.device == "host" ? "the machine's RAM" : site.label;
  return std::format(
      "{} would need {} for a context of {} tokens with {} cache (weights {}, cache {}, compute "
      "{}, "
      "overhead {}), but {} are available ({} free less {} reserve)",
      where, to_string(row.needed()), layout.context.value, to_string(layout.k),
      to_string(row.weights), to_string(row.kv + row.recurrent), to_string(row.compute),
      to_string(row.overhead + row.caches), to_string(row.free - row.reserve), to_string(row.free),
      to_string(row.reserve));
}

/// Where as many layers in RAM as the GPU needs gone are more than RAM takes: that. `site` is one
/// that the wishes allow to leave some there.
std::string no_room_in_ram(const Load& load, const Site& site, const CacheLayout& layout) {
  const bool experts = load.shape.experts_used > 0;
  for (std::size_t count = 1; count <= load.shape.layers.size(); ++count) {
    auto account =
        draw_up(load, site, layout, experts ? Offload{.experts = count} : Offload{.layers = count});
    const auto host = account.rows.back();
    account.rows.pop_back();
    if (!account.fits()) continue;
    return std::format(
        "; with {}{} of {} layers in RAM, that would need {} of RAM, but {} are available",
        experts ? "the experts of " : "", count, load.shape.layers.size(), to_string(host.needed()),
        to_string(host.free - host.reserve));
  }
  return "; nor is it enough to leave layers in RAM";
}

bool fits_on_cpu(const Load& load, const CacheLayout& layout) {
  return draw_up(load, Site{}, layout).fits();
}

/// What would fit, closest to the wishes first.
std::string nearest(const Load& load, const Site& site, const CacheLayout& smallest) {
  const auto context = largest_context(load, site, smallest, smallest.context);
  if (context.value > 0) {
    return std::format("a context of {} tokens with {} cache", context.value,
                       to_string(smallest.k));
  }
  const auto account = draw_up(load, site, smallest);
  const auto& row = short_row(account);
  if (row.needed() <= row.free) {
    return std::format("this context with a reserve of at most {}",
                       to_string(row.free - row.needed()));
  }
  const auto rest = row.needed() - row.weights + row.reserve;
  if (row.free > rest) {
    return std::format("a model file of about {} (this one is {})", to_string(row.free - rest),
                       to_string(load.model.tensor_bytes()));
  }
  return "nothing on this device: other programs hold its memory, or it is too small";
}

}  // namespace

Tokens largest_context(const Load& load, const Site& site, CacheLayout layout, Tokens limit) {
  const auto step = context_step(static_cast<std::int64_t>(layout.slots), layout.unified);
  std::int64_t low = 0;                        // fits, in steps (0: nothing known to fit)
  std::int64_t high = limit.value / step + 1;  // does not, or must not be tried
  while (high - low > 1) {
    const auto middle = low + (high - low) / 2;
    layout.context = Tokens{middle * step};
    (draw_up(load, site, layout).fits() ? low : high) = middle;
  }
  return Tokens{low * step};
}

Error refusal(const Load& load, const std::vector<Site>& sites, const CacheLayout& smallest) {
  auto text = std::format("{} does not fit: ", load.model.name());
  for (const auto& site : sites) {
    if (&site != &sites.front()) text += "; ";
    text += describe(site, draw_up(load, site, smallest), smallest);
    if (load.wishes.offload && !site.on_cpu()) text += no_room_in_ram(load, site, smallest);
  }
  text += std::format(". Nearest that fits: {}", nearest(load, sites.front(), smallest));
  if (!sites.front().on_cpu() && fits_on_cpu(load, smallest)) {
    text += ", or all of it on the CPU (--device cpu), which is slower";
  }
  return {Errc::capacity, text + "."};
}

}  // namespace plim::plan
