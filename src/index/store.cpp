#include "index/store.hpp"

#include <memory>

#include "sys/file_lock.hpp"
#include "sys/mapped_file.hpp"
#include "workspace/hash.hpp"

namespace plim::index {
namespace {

const std::string base_name = "base.idx";
const std::string amendment_name = "amendment.idx";

}  // namespace

Result<Store> Store::open(const std::filesystem::path& cache, const std::filesystem::path& root) {
  // Long enough never to meet another root's, short enough for a path.
  const auto name = workspace::sha256_hex(root.string()).substr(0, 32);
  return Store(TRY(sys::Directory::open_private(cache / name)));
}

std::optional<Segment> Store::load(const std::string& name) const {
  auto file = sys::MappedFile::open(folder_, name);
  if (!file) return std::nullopt;
  auto owner = std::make_shared<const sys::MappedFile>(*std::move(file));
  const auto bytes = owner->bytes();
  auto segment = Segment::open(bytes, std::move(owner));
  if (!segment) return std::nullopt;
  return *std::move(segment);
}

Store::Loaded Store::load() const {
  Loaded loaded{.base = load(base_name), .amendment = load(amendment_name)};
  const bool belongs =
      loaded.base && loaded.amendment && loaded.amendment->base() == loaded.base->id();
  if (!belongs) loaded.amendment.reset();
  return loaded;
}

Result<void> Store::write(const std::string& name, std::string_view bytes) const {
  if (const auto there = folder_.stat(name)) {
    if (auto written = folder_.replace(name, bytes, *there); !written) {
      return std::unexpected(std::move(written).error());
    }
    return {};
  }
  if (auto written = folder_.create(name, bytes, 0600); !written) {
    return std::unexpected(std::move(written).error());
  }
  return {};
}

Result<void> Store::save(const Segment& base, const Segment* amendment,
                         std::uint64_t known_base) const {
  const auto lock = sys::FileLock::try_acquire(folder_, "lock");
  if (!lock) return {};
  const auto there = load(base_name);
  const auto kept_base = there ? there->id() : 0;
  if (there && kept_base != known_base && kept_base != base.id()) return {};
  if (kept_base != base.id()) {
    if (auto written = write(base_name, base.bytes()); !written) return written;
  }
  if (amendment != nullptr) return write(amendment_name, amendment->bytes());
  if (folder_.stat(amendment_name)) return folder_.remove(amendment_name);
  return {};
}

}  // namespace plim::index
