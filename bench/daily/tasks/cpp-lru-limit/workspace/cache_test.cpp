#include "cache.hpp"

#include <cstdio>

int main() {
  Cache cache(2);
  cache.put("a", "1");
  cache.put("b", "2");
  if (cache.get("a") != "1") return std::puts("a is lost"), 1;
  cache.put("c", "3");
  if (cache.get("b")) return std::puts("b should be gone"), 1;
  if (cache.get("a") != "1" || cache.get("c") != "3") return std::puts("wrong one went"), 1;
  std::puts("all good");
}
