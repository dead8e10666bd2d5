#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "sys/directory.hpp"

namespace plim::workspace {

/// Files' bytes kept under their SHA-256, readable by this user only. Several processes may
/// use one store. Nothing is ever changed in it.
class BlobStore {
 public:
  [[nodiscard]] static Result<BlobStore> open(const std::filesystem::path& folder);

  /// Keeps `bytes`, durable on return, and returns their hash. Errors: capacity, denied, io.
  Result<std::string> put(std::string_view bytes);
  /// Errors: not_found; protocol when the stored bytes are damaged.
  [[nodiscard]] Result<std::string> get(const std::string& hash) const;

  /// Removes what is not among `keep`, the hashes to hold on to, first ones first, as far as
  /// `max_bytes` go, and is older than ten minutes. Returns how many bytes went.
  std::uint64_t trim(std::span<const std::string> keep, std::uint64_t max_bytes) const;

 private:
  explicit BlobStore(sys::Directory directory) : directory_(std::move(directory)) {}

  sys::Directory directory_;
};

}  // namespace plim::workspace
