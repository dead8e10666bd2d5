#include "config.hpp"

#include <cstdio>

int main() {
  Config config;
  config.load("# settings\nport = 80\n\nname= box \n");
  if (config.get("port") != "80" || config.get("name") != "box" || config.size() != 2)
    return std::puts("failed"), 1;
  std::puts("all good");
}
