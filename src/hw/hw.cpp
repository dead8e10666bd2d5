#include "hw/hw.hpp"

#include <algorithm>

namespace plim::hw {

Bytes Memory::usable() const {
  return limit ? std::min(available, limit->limit - limit->used) : available;
}

Bytes Memory::capacity() const { return limit ? std::min(total, limit->limit) : total; }

}  // namespace plim::hw
