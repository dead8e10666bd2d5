#include "ring.hpp"

#include <cstdio>

static int failures = 0;

static void expect(bool holds, const char* what) {
  if (holds) return;
  std::printf("FAILED: %s\n", what);
  ++failures;
}

int main() {
  Ring<int, 3> ring;
  int value = 0;
  for (int i = 0; i < 10; ++i) {
    expect(ring.push(i), "push into an empty ring");
    expect(ring.pop(value) && value == i, "pop gives what was pushed");
  }
  expect(ring.empty(), "empty at the end");
  std::puts(failures == 0 ? "all good" : "some failed");
  return failures == 0 ? 0 : 1;
}
