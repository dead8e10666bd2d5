#include "index/read_files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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

}  // namespace
}  // namespace plim::index
