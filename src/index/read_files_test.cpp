#include "index/read_files.hpp"

#include <filesystem>
#include <format>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "index/segment.hpp"
#include "index/test_repository.hpp"

namespace plim::index {
namespace {

using testing::ElementsAre;

TEST(EvenEnds, ShareWorkByItsCostNotItsCount) {
  EXPECT_THAT(even_ends(std::vector<double>{9, 1, 1, 1, 1, 1, 1, 1, 1, 1}, 2), ElementsAre(1, 10));
  EXPECT_THAT(even_ends(std::vector<double>{1, 1, 1, 1}, 2), ElementsAre(2, 4));
  EXPECT_THAT(even_ends(std::vector<double>{1, 1, 1, 9}, 3), ElementsAre(4, 4, 4));
}

TEST(EvenEnds, CoverAllWhateverThereIs) {
  EXPECT_THAT(even_ends({}, 3), ElementsAre(0, 0, 0));
  EXPECT_THAT(even_ends(std::vector<double>{5}, 1), ElementsAre(1));
  EXPECT_THAT(even_ends(std::vector<double>{5}, 2), ElementsAre(1, 1));
}

TEST(ReadFiles, KeepTheirOrderOverThreadsAndCountWhatIsGone) {
  const TestRepository project;
  constexpr int count = 1500;  // to open them alone is worth three threads
  for (int i = 0; i < count; ++i) project.write(std::format("f{:04}.py", i), "x = 1\n");
  const auto root = sys::Directory::open(project.root());
  ASSERT_TRUE(root);
  const auto found = sweep(*root, 10'000);
  ASSERT_TRUE(found);
  std::filesystem::remove(project.root() / "f0007.py");
  std::vector<const SweptFile*> files;
  std::vector<std::string> expected;
  for (const auto& file : found->files) {
    files.push_back(&file);
    if (file.path != "f0007.py") expected.push_back(file.path);
  }
  std::vector<std::string> read;
  std::size_t unreadable = 0;
  for (const auto& part : read_files(*root, files, {}, {})) {
    const auto segment = Segment::open(part.segment);
    ASSERT_TRUE(segment);
    for (const auto& doc : segment->docs()) read.emplace_back(segment->path(doc));
    unreadable += part.unreadable;
  }
  EXPECT_EQ(read, expected);
  EXPECT_EQ(unreadable, 1U);
}

}  // namespace
}  // namespace plim::index
