#pragma once

#include "base/units.hpp"

namespace plim::hw {

/// How fast this machine's RAM is read by `threads` threads together, in GB/s: the roof of decoding
/// on a CPU. Reads `size` bytes, which should exceed the caches, a few times (some 0.1 s) and takes
/// the fastest. What a thread waits for a processor does not count: a busy machine
/// is not a slow one. 0 when the memory cannot be had.
[[nodiscard]] double measure_ram_bandwidth(int threads, Bytes size = 96_MiB);

}  // namespace plim::hw
