#include "workspace/blob_store.hpp"

#include <filesystem>

#include <gtest/gtest.h>

namespace plim::workspace {
namespace {

namespace fs = std::filesystem;

// Makes a blob look as if it was kept an hour ago.
void age(const fs::path& folder, const std::string& hash) {
  fs::last_write_time(folder / hash.substr(0, 2) / hash.substr(2),
                      fs::file_time_type::clock::now() - std::chrono::hours(1));
}

TEST(BlobStore, TrimsWhatNobodyHoldsOnToAndWhatGoesOverTheQuota) {
  const auto folder = fs::path(testing::TempDir()) / "blob_store_trim";
  fs::remove_all(folder);
  auto store = BlobStore::open(folder).value();
  const auto newest = store.put(std::string(100, 'n')).value();
  const auto older = store.put(std::string(100, 'o')).value();
  const auto oldest = store.put(std::string(100, 'x')).value();
  const auto unheld = store.put(std::string(100, 'u')).value();
  for (const auto& hash : {newest, older, oldest, unheld}) age(folder, hash);
  const auto fresh = store.put(std::string(100, 'f')).value();
  const std::vector<std::string> held{newest, older, newest, oldest, "no hash"};
  EXPECT_EQ(store.trim(held, 250), 200U);
  EXPECT_TRUE(store.get(newest));
  EXPECT_TRUE(store.get(older));
  EXPECT_FALSE(store.get(oldest));
  EXPECT_FALSE(store.get(unheld));
  EXPECT_TRUE(store.get(fresh));
  fs::remove_all(folder);
}

}  // namespace
}  // namespace plim::workspace
