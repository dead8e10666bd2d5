// The bar of trimming: real logs of real tools, each with the lines that name its root cause.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "index/log_trim.hpp"

namespace plim::index {
namespace {

const std::filesystem::path folder = std::filesystem::path(PLIM_SOURCE_DIR) / "tests/logs";

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::size_t tokens(std::string_view text) { return (text.size() + 2) / 3; }

TEST(LogFixtures, KeepTheirRootCauseInSixHundredTokens) {
  const auto manifest = nlohmann::json::parse(read_file(folder / "manifest.json"), nullptr, false);
  ASSERT_TRUE(manifest.is_object());
  ASSERT_GE(manifest.size(), 80U);
  std::size_t kept = 0, large = 0, large_kept = 0;
  std::string misses;
  for (const auto& [name, entry] : manifest.items()) {
    const auto log = read_file(folder / (name + ".log"));
    ASSERT_FALSE(log.empty()) << name;
    const auto trimmed = trim_log(read_log(log), 600, tokens);
    EXPECT_LE(tokens(trimmed.text), 600U) << name;
    std::string missing;
    for (const auto& cause : entry["cause"]) {
      const auto words = cause.get<std::string>();
      if (!trimmed.text.contains(words)) missing += " [" + words + "]";
    }
    const bool is_large = tokens(log) > 600;
    large += is_large;
    if (missing.empty()) {
      ++kept;
      large_kept += is_large;
    } else {
      misses += "\n" + name + ":" + missing;
    }
  }
  std::cout << kept << " of " << manifest.size() << " root causes kept; of the " << large
            << " logs over 600 tokens " << large_kept << misses << "\n";
  EXPECT_GE(kept * 100, manifest.size() * 95) << misses;
  EXPECT_GE(large_kept * 100, large * 95) << misses;
}

}  // namespace
}  // namespace plim::index
