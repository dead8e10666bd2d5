#include "workspace/diff.hpp"

#include <random>

#include <gtest/gtest.h>

#include "workspace/line_index.hpp"
#include "workspace/myers.hpp"

namespace plim::workspace {
namespace {

TEST(UnifiedDiff, ShowsAChangeWithThreeLinesOfContext) {
  EXPECT_EQ(
      unified_diff("src/a.c", "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nfive\n6\n7\n8\n9\n"),
      (Diff{
          .text =
              "--- a/src/a.c\n+++ b/src/a.c\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n",
          .added = 1,
          .removed = 1}));
}

TEST(UnifiedDiff, JoinsNearChangesAndSplitsFarOnes) {
  std::string before;
  for (int i = 1; i <= 30; ++i) before += std::format("{}\n", i);
  std::string after = before;
  after.replace(after.find("\n5\n"), 3, "\nfive\n");
  after.replace(after.find("\n11\n"), 4, "\n");
  after.insert(after.find("30\n"), "new\n");
  EXPECT_EQ(unified_diff("a", before, after).text,
            "--- a/a\n+++ b/a\n"
            "@@ -2,13 +2,12 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n 9\n 10\n-11\n 12\n 13\n 14\n"
            "@@ -27,4 +26,5 @@\n 27\n 28\n 29\n+new\n 30\n");
}

TEST(UnifiedDiff, NamesDevNullForNewAndDeletedFiles) {
  EXPECT_EQ(unified_diff("a", std::nullopt, "x\ny\n"),
            (Diff{.text = "--- /dev/null\n+++ b/a\n@@ -0,0 +1,2 @@\n+x\n+y\n", .added = 2}));
  EXPECT_EQ(unified_diff("a", "x\n", std::nullopt),
            (Diff{.text = "--- a/a\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n", .removed = 1}));
}

TEST(UnifiedDiff, SeesLineEndingsAndAMissingFinalNewline) {
  EXPECT_EQ(unified_diff("a", "x\r\n", "x\n").text, "--- a/a\n+++ b/a\n@@ -1 +1 @@\n-x\r\n+x\n");
  EXPECT_EQ(unified_diff("a", "x\ny", "x\ny\n").text,
            "--- a/a\n+++ b/a\n@@ -1,2 +1,2 @@\n x\n-y\n\\ No newline at end of file\n+y\n");
}

TEST(UnifiedDiff, OfEqualOrBinaryVersions) {
  using namespace std::string_literals;
  EXPECT_EQ(unified_diff("a", "x", "x"), Diff{});
  EXPECT_EQ(unified_diff("a", "x\0"s, "y"s).text, "--- a/a\n+++ b/a\nBinary files differ\n");
}

TEST(UnifiedDiff, IsCutAtAWholeLineButCountsEverything) {
  std::string after;
  for (int i = 0; i < 5000; ++i) after += std::format("line {}\n", i);
  const Diff diff = unified_diff("a", "", after, 1000);
  EXPECT_TRUE(diff.cut);
  EXPECT_LE(diff.text.size(), 1000U);
  EXPECT_EQ(diff.text.back(), '\n');
  EXPECT_EQ(diff.added, 5000);
}

// Applies the blocks to `before`.
std::vector<int> patched(const std::vector<int>& before, const std::vector<int>& after) {
  std::vector<int> out;
  std::size_t at = 0;
  for (const Block& block : changed_blocks(before, after)) {
    for (; at < block.before.first; ++at) out.push_back(before[at]);
    at = block.before.last;
    for (std::size_t i = block.after.first; i < block.after.last; ++i) out.push_back(after[i]);
  }
  for (; at < before.size(); ++at) out.push_back(before[at]);
  return out;
}

// The length of the longest common subsequence, the slow and obvious way.
std::size_t common_length(const std::vector<int>& a, const std::vector<int>& b) {
  std::vector<std::vector<std::size_t>> table(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      table[i][j] = a[i - 1] == b[j - 1] ? table[i - 1][j - 1] + 1
                                         : std::max(table[i - 1][j], table[i][j - 1]);
    }
  }
  return table[a.size()][b.size()];
}

TEST(ChangedBlocks, RebuildRandomSequencesWithTheFewestEdits) {
  std::mt19937 random(11);
  const auto sequence = [&] {
    std::vector<int> values(random() % 25);
    for (int& value : values) value = static_cast<int>(random() % 4);
    return values;
  };
  for (int round = 0; round < 2000; ++round) {
    const auto before = sequence();
    const auto after = sequence();
    ASSERT_EQ(patched(before, after), after);
    std::size_t edits = 0;
    for (const Block& block : changed_blocks(before, after)) {
      edits += block.before.last - block.before.first + block.after.last - block.after.first;
    }
    ASSERT_EQ(edits, before.size() + after.size() - 2 * common_length(before, after));
  }
}

TEST(ChangedBlocks, StayCorrectBeyondTheBound) {
  std::vector<int> before(20'000);
  std::vector<int> after(20'000);
  for (int i = 0; i < 20'000; ++i) {
    before[static_cast<std::size_t>(i)] = i;
    after[static_cast<std::size_t>(i)] = -i * (i % 3 == 0 ? -1 : 1);
  }
  EXPECT_EQ(patched(before, after), after);
}

}  // namespace
}  // namespace plim::workspace
