#include "config.hpp"

#include <cstdio>
#include <cstdlib>
#include <utility>

static void expect(bool holds, const char* what) {
  if (holds) return;
  std::printf("FAILED: %s\n", what);
  std::exit(1);
}

int main() {
  Config config;
  const std::string first = "port = 80\na_name_that_is_long_enough_for_the_heap = with a long value too, yes\n";
  config.load(first);
  config.load("port = 8080\nuser = me\n" + std::string(4000, '#'));
  expect(config.get("port") == "8080", "later wins");
  expect(config.get("a_name_that_is_long_enough_for_the_heap") == "with a long value too, yes", "older stays");
  const std::string_view kept = config.get("user");
  for (int i = 0; i < 100; ++i) config.load("key" + std::to_string(i) + " = " + std::string(50, 'v'));
  expect(kept == "me", "a value lives as long as the Config");
  expect(config.size() == 103, "all are there");
  Config small;
  small.load("a=b");
  Config moved = std::move(small);
  expect(moved.get("a") == "b", "can be moved");
  const Config copy = config;
  config = Config();
  expect(copy.get("port") == "8080" && copy.get("key7") == std::string(50, 'v'), "can be copied");
  expect(copy.get("nothing").empty(), "missing");
  std::puts("check: all good");
}
