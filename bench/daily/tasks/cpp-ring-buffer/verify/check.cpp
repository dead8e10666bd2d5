#include "ring.hpp"

#include <cstdio>
#include <string>

int main() {
  Ring<std::string, 3> ring;
  std::string value;
  int next = 0, seen = 0;
  for (int round = 0; round < 50; ++round) {
    while (ring.push("number " + std::to_string(next))) ++next;
    if (ring.size() != 3) return std::puts("not full"), 1;
    for (int i = 0; i < 1 + round % 3; ++i) {
      if (!ring.pop(value) || value != "number " + std::to_string(seen)) return std::puts("wrong order"), 1;
      ++seen;
    }
  }
  while (ring.pop(value)) ++seen;
  if (seen != next || !ring.empty()) return std::puts("lost some"), 1;
  std::puts("check: all good");
}
