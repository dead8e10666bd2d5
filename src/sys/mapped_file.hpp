#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "sys/directory.hpp"

namespace plim::sys {

/// A regular file's bytes, read by the kernel as they are touched. For files that are replaced
/// by rename and never changed in place: one that is cut while mapped would end the process.
/// Immutable, any thread.
class MappedFile {
 public:
  /// Errors: as Directory's reading operations; invalid for what is no regular file.
  [[nodiscard]] static Result<MappedFile> open(const Directory& directory, const std::string& path);

  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  ~MappedFile();

  [[nodiscard]] std::string_view bytes() const { return {data_, size_}; }

 private:
  MappedFile(const char* data, std::size_t size) : data_(data), size_(size) {}

  const char* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace plim::sys
