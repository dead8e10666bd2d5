#include "plan/split.hpp"

#include <algorithm>

namespace plim::plan {
namespace {

/// Fills each device up to `share` of its room; the layers left over are the last device's.
struct Dealt {
  std::vector<std::size_t> counts;
  bool whole = false;
};

Dealt deal(const std::vector<Bytes>& layers, const std::vector<Bytes>& room, double share) {
  Dealt dealt{.counts = std::vector<std::size_t>(room.size())};
  std::size_t next = 0;
  for (std::size_t device = 0; device < room.size(); ++device) {
    auto left = share * static_cast<double>(room[device].value);
    while (next < layers.size() && static_cast<double>(layers[next].value) <= left) {
      left -= static_cast<double>(layers[next].value);
      ++dealt.counts[device];
      ++next;
    }
  }
  dealt.whole = next == layers.size();
  dealt.counts.back() += layers.size() - next;
  return dealt;
}

}  // namespace

std::vector<std::size_t> split_layers(const std::vector<Bytes>& layers,
                                      const std::vector<Bytes>& room) {
  if (room.empty()) return {};
  double low = 0;
  double high = 1;
  while (high < 1024 && !deal(layers, room, high).whole) high *= 2;
  for (int step = 0; step < 40; ++step) {
    const auto middle = (low + high) / 2;
    (deal(layers, room, middle).whole ? high : low) = middle;
  }
  return deal(layers, room, high).counts;
}

}  // namespace plim::plan
