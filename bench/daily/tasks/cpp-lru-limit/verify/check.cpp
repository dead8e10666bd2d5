#include "cache.hpp"

#include <cstdio>
#include <cstdlib>

static void expect(bool holds, const char* what) {
  if (holds) return;
  std::printf("FAILED: %s\n", what);
  std::exit(1);
}

int main() {
  const Cache unlimited(3);
  expect(unlimited.bytes() == 0, "empty");
  Cache cache(10, 10);
  cache.put("a", "123");   // 4
  cache.put("bb", "1234");  // 6
  expect(cache.size() == 2 && cache.bytes() == 10, "exactly full is not too full");
  expect(cache.get("a") == "123", "a is there");
  cache.put("c", "");  // 1: bb goes
  expect(!cache.get("bb") && cache.bytes() == 5 && cache.size() == 2, "least recently used goes");
  cache.put("a", "1");
  expect(cache.bytes() == 3, "a smaller value frees bytes");
  cache.put("d", "123456");  // 7: exactly full again
  expect(cache.bytes() == 10 && cache.size() == 3, "full again");
  cache.put("d", "1234567");  // c or a goes; c is the older
  expect(!cache.get("c") && cache.get("a") == "1" && cache.get("d") == "1234567" && cache.bytes() == 10,
         "a larger value pushes others out, and not itself");
  cache.put("a", std::string(10, 'x'));
  expect(!cache.get("a") && cache.get("d") == "1234567" && cache.bytes() == 8, "too large: not stored, others stay");
  cache.put("new", std::string(8, 'x'));
  expect(!cache.get("new") && cache.size() == 1, "too large and new");
  Cache few(2, 1000);
  for (const char* key : {"a", "b", "c"}) few.put(key, "v");
  expect(few.size() == 2 && few.bytes() == 4 && !few.get("a"), "entries are still limited");
  Cache old(1);
  old.put("k", std::string(1 << 20, 'x'));
  expect(old.get("k").has_value() && old.bytes() == (1 << 20) + 1, "no limit of bytes by default");
  std::puts("check: all good");
}
