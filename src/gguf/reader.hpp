#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "gguf/gguf.hpp"

namespace plim::gguf {

static_assert(std::endian::native == std::endian::little,
              "GGUF is little-endian; add byte swaps before building for this machine");

/// Reads little-endian values one after the other, in chunks, and never past the smaller of the
/// file's end and a budget. Every failure names `field` and where it starts.
class Reader {
 public:
  Reader(Source& source, Bytes budget) : source_(source), budget_(budget) {}

  [[nodiscard]] std::uint64_t offset() const { return offset_; }
  [[nodiscard]] std::uint64_t remaining() const { return source_.size - offset_; }

  /// Errors: protocol at the file's end; capacity at the budget's; what the source returns.
  template <class T>
  [[nodiscard]] Result<T> read(std::string_view field) {
    T value{};
    return fill(std::as_writable_bytes(std::span(&value, 1)), field).transform([&] {
      return value;
    });
  }

  /// A string: its length, then its bytes. Errors: as read; protocol above `limit` bytes.
  [[nodiscard]] Result<std::string> read_string(std::string_view field, std::uint64_t limit);

  [[nodiscard]] Result<void> skip(std::uint64_t bytes, std::string_view field);

 private:
  Result<void> fill(std::span<std::byte> out, std::string_view field);
  Result<void> check(std::uint64_t bytes, std::string_view field) const;
  Result<void> load(std::string_view field);

  Source& source_;
  Bytes budget_;
  std::uint64_t offset_ = 0;
  std::uint64_t chunk_offset_ = 0;
  std::vector<std::byte> chunk_;
};

}  // namespace plim::gguf
