#include "workspace/blob_store.hpp"

#include <chrono>
#include <set>

#include "workspace/hash.hpp"

namespace plim::workspace {
namespace {

constexpr std::uint64_t max_blob = 1U << 30U;

// Two levels, as git has it: no folder grows beyond a few hundred names.
std::string place_of(const std::string& hash) { return hash.substr(0, 2) + "/" + hash.substr(2); }

constexpr auto least_age = std::chrono::minutes(10);

std::chrono::nanoseconds age_of(const sys::FileStat& stat) {
  return std::chrono::system_clock::now().time_since_epoch() -
         std::chrono::nanoseconds(stat.mtime_ns);
}

bool is_hash(const std::string& text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

}  // namespace

Result<BlobStore> BlobStore::open(const std::filesystem::path& folder) {
  return BlobStore(TRY(sys::Directory::open_private(folder)));
}

Result<std::string> BlobStore::put(std::string_view bytes) {
  std::string hash = sha256_hex(bytes);
  const std::string path = place_of(hash);
  if (directory_.stat(path)) return hash;
  TRY(directory_.make_directories(hash.substr(0, 2), 0700));
  const auto made = directory_.create(path, bytes, 0600);
  // Another process may have kept the same bytes just now.
  if (!made && made.error().code != Errc::conflict) return std::unexpected(made.error());
  return hash;
}

Result<std::string> BlobStore::get(const std::string& hash) const {
  if (!is_hash(hash)) return fail(Errc::protocol, "\"{}\" is no hash", hash);
  auto content = TRY(directory_.read(place_of(hash), max_blob));
  if (sha256_hex(content.bytes) != hash) return fail(Errc::protocol, "{} is damaged", hash);
  return std::move(content.bytes);
}

std::uint64_t BlobStore::trim(std::span<const std::string> keep, std::uint64_t max_bytes) const {
  std::set<std::string> kept;
  std::uint64_t total = 0;
  for (const auto& hash : keep) {
    if (kept.contains(hash) || !is_hash(hash)) continue;
    const auto stat = directory_.stat(place_of(hash));
    if (!stat || total + stat->size > max_bytes) continue;
    total += stat->size;
    kept.insert(hash);
  }
  std::uint64_t removed = 0;
  const auto folders = directory_.entries(".");
  if (!folders) return 0;
  for (const auto& folder : *folders) {
    const auto entries = directory_.entries(folder.name);
    if (!entries) continue;
    for (const auto& entry : *entries) {
      if (kept.contains(folder.name + entry.name)) continue;
      const auto path = folder.name + "/" + entry.name;
      const auto stat = directory_.stat(path);
      // Another process may have kept it just now, and not yet journalled why.
      if (!stat || age_of(*stat) < least_age) continue;
      if (directory_.remove(path)) removed += stat->size;
    }
  }
  return removed;
}

}  // namespace plim::workspace
