#include <cstdio>
#include <exception>
#include <print>

#include "app/run.hpp"

int main(int argc, char** argv) try {
  const auto outcome = plim::app::run({argv, static_cast<std::size_t>(argc)});
  if (outcome) return *outcome;
  std::println(stderr, "plim: {}", outcome.error().message);
  return outcome.error().code == plim::Errc::invalid ? 2 : 1;
} catch (const std::exception& bug) {
  std::fprintf(stderr, "plim: internal error: %s\n", bug.what());
  return 70;
}
