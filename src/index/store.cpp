#include "index/store.hpp"

#include <algorithm>
#include <cstring>
#include <memory>

#include "sys/file_lock.hpp"
#include "sys/mapped_file.hpp"
#include "sys/put_file.hpp"
#include "workspace/hash.hpp"

namespace plim::index {
namespace {

const std::string base_name = "base.idx";
const std::string amendment_name = "amendment.idx";
const std::string commits_name = "commits.idx";

// Behind all but the base: they are not synced, so a power cut may leave the right size with other
// bytes. They are small; the base is synced instead, for to check it would be to read all of it.
std::uint64_t checksum(std::string_view bytes) {
  std::uint64_t sum = bytes.size();
  while (!bytes.empty()) {
    std::uint64_t word = 0;
    const auto size = std::min(bytes.size(), sizeof word);
    std::memcpy(&word, bytes.data(), size);
    bytes.remove_prefix(size);
    sum = (sum ^ word) * 0x9E3779B97F4A7C15U;
    sum ^= sum >> 32U;
  }
  return sum;
}

std::string_view bytes_of(std::uint64_t& number) {
  return {reinterpret_cast<const char*>(&number), sizeof number};
}

}  // namespace

Result<Store> Store::open(const std::filesystem::path& cache, const std::filesystem::path& root) {
  // Long enough never to meet another root's, short enough for a path.
  const auto name = workspace::sha256_hex(root.string()).substr(0, 32);
  return Store(TRY(sys::Directory::open_private(cache / name)));
}

std::optional<Segment> Store::load_base() const {
  auto file = sys::MappedFile::open(folder_, base_name);
  if (!file) return std::nullopt;
  auto owner = std::make_shared<const sys::MappedFile>(*std::move(file));
  const auto bytes = owner->bytes();
  auto segment = Segment::open(bytes, std::move(owner));
  if (!segment) return std::nullopt;
  return *std::move(segment);
}

std::optional<Segment> Store::load_checked(const std::string& name) const {
  auto file = sys::MappedFile::open(folder_, name);
  if (!file) return std::nullopt;
  auto owner = std::make_shared<const sys::MappedFile>(*std::move(file));
  auto bytes = owner->bytes();
  std::uint64_t sum = 0;
  if (bytes.size() < sizeof sum) return std::nullopt;
  const auto behind = bytes.substr(bytes.size() - sizeof sum);
  bytes.remove_suffix(sizeof sum);
  sum = checksum(bytes);
  if (behind != bytes_of(sum)) return std::nullopt;
  auto segment = Segment::open(bytes, std::move(owner));
  if (!segment) return std::nullopt;
  return *std::move(segment);
}

Store::Loaded Store::load() const {
  Loaded loaded{.base = load_base(), .amendment = load_checked(amendment_name)};
  const bool belongs =
      loaded.base && loaded.amendment && loaded.amendment->base() == loaded.base->id();
  if (!belongs) loaded.amendment.reset();
  return loaded;
}

Result<void> Store::write_base(std::string_view bytes) const {
  if (const auto there = folder_.stat(base_name)) {
    TRY(folder_.replace(base_name, bytes, *there));
    return {};
  }
  TRY(folder_.create(base_name, bytes, 0600));
  return {};
}

Result<void> Store::write_checked(const std::string& name, std::string_view bytes) const {
  std::string all(bytes);
  auto sum = checksum(bytes);
  all += bytes_of(sum);
  return sys::put_file(folder_, name, all, 0600);
}

std::optional<Segment> Store::load_commits() const { return load_checked(commits_name); }

Result<void> Store::save_commits(const Segment& commits) const {
  return write_checked(commits_name, commits.bytes());
}

Result<void> Store::save(const Segment& base, const Segment* amendment,
                         std::uint64_t known_base) const {
  const auto lock = sys::FileLock::try_acquire(folder_, "lock");
  if (!lock) return {};
  const auto there = load_base();
  const auto kept_base = there ? there->id() : 0;
  if (there && kept_base != known_base && kept_base != base.id()) return {};
  if (kept_base != base.id()) {
    if (auto written = write_base(base.bytes()); !written) return written;
  }
  if (amendment != nullptr) return write_checked(amendment_name, amendment->bytes());
  if (folder_.stat(amendment_name)) return folder_.remove(amendment_name);
  return {};
}

}  // namespace plim::index
