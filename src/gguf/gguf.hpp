// gguf: reads the header of a GGUF model file: its key-value pairs and its tensor table.
// Does not: read tensor data, or know what a key means to an architecture (plan/).
// Threads: plain values; a read belongs to its caller.
// Start at: read_model for a file a user names, parse for bytes from anywhere else.
#pragma once

#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/error.hpp"
#include "base/units.hpp"
#include "gguf/type.hpp"

namespace plim::gguf {

/// The type of a value, numbered as in the file.
enum class ValueType : std::uint32_t {
  u8 = 0,
  i8 = 1,
  u16 = 2,
  i16 = 3,
  u32 = 4,
  i32 = 5,
  f32 = 6,
  boolean = 7,
  string = 8,
  array = 9,
  u64 = 10,
  i64 = 11,
  f64 = 12,
};

/// An array value. Its elements are kept only when there are few (see Limits) and they are not
/// arrays themselves; `count` is always the file's. At most one of the vectors is filled.
struct Array {
  ValueType element = ValueType::u8;
  std::uint64_t count = 0;
  std::vector<std::int64_t> integers;  ///< Also booleans, 0 or 1. A u64 above 2^63-1 wraps.
  std::vector<double> floats;
  std::vector<std::string> strings;

  friend bool operator==(const Array&, const Array&) = default;
};

/// Numbers are widened; the file's exact width does not matter to anyone.
using Value = std::variant<bool, std::uint64_t, std::int64_t, double, std::string, Array>;

/// One row of the tensor table.
struct Tensor {
  std::string name;
  std::vector<std::uint64_t> dims;  ///< Fastest first, 1 to 4, none is 0.
  const Type* type = nullptr;       ///< Never null in a header that was read.
  std::uint64_t offset = 0;         ///< From the start of its file's data section.
  Bytes bytes;                      ///< Without the padding behind it.
  std::uint32_t shard = 0;          ///< Index into Header::files.

  [[nodiscard]] std::uint64_t elements() const;
  friend bool operator==(const Tensor&, const Tensor&) = default;
};

/// What a GGUF file (or all shards of one model together) says about itself.
struct Header {
  std::uint32_t version = 0;
  std::uint64_t alignment = 32;
  std::uint64_t data_offset = 0;  ///< Where the first file's tensor data starts.
  Bytes file_bytes;               ///< All files together.
  std::vector<std::filesystem::path> files;
  std::map<std::string, Value, std::less<>> values;
  std::vector<Tensor> tensors;

  /// The value under `key` as T: an integer type (when it fits), double, bool, std::string or
  /// Array. Nothing when the key is missing or holds something else.
  template <class T>
  [[nodiscard]] std::optional<T> get(std::string_view key) const;

  /// As get, under "{architecture}.{key}": `header.arch<std::uint32_t>("block_count")`.
  template <class T>
  [[nodiscard]] std::optional<T> arch(std::string_view key) const {
    return get<T>(architecture() + "." + std::string(key));
  }

  [[nodiscard]] std::string architecture() const;  ///< "llama", "qwen3moe"…, "" when missing.
  [[nodiscard]] std::string name() const;          ///< general.name, else the file's stem.
  [[nodiscard]] std::uint64_t parameters() const;  ///< Elements of all tensors.
  [[nodiscard]] Bytes tensor_bytes() const;
  /// Over all tensors; 0 when there are none.
  [[nodiscard]] double bits_per_weight() const;
  /// The quantization people would call it, e.g. "Q4_K_M": general.file_type where it is known,
  /// else the type that holds most bytes.
  [[nodiscard]] std::string file_type() const;
  [[nodiscard]] const Tensor* find_tensor(std::string_view name) const;
};

/// What a header may cost its reader.
struct Limits {
  Bytes header = 64_MiB;          ///< Bytes read before giving up.
  std::uint64_t values = 16'384;  ///< Key-value pairs.
  std::uint64_t tensors = 262'144;
  std::uint64_t kept_elements = 4'096;  ///< Longer arrays keep only their count.
  bool whole_file = true;               ///< Tensor data must lie inside the file.
};

/// Bytes to parse: a file, memory, or ranges fetched from far away.
struct Source {
  std::uint64_t size = 0;  ///< Of the whole file, though only its start is read.
  /// Fills `out` with the bytes at `offset`; never asked beyond `size`. Called with rising
  /// offsets and a chunk size of its choosing (at most 256 KiB).
  std::move_only_function<Result<void>(std::uint64_t offset, std::span<std::byte> out)> read;
};

/// Parses one header.
///
/// Memory stays within a small multiple of limits.header, whatever the bytes claim.
/// Errors: protocol for anything that is not whole, well-formed GGUF v2 or v3, naming the field
/// and its offset; capacity when a limit is reached; what `source.read` returns.
/// Source: ggml docs/gguf.md, "File Structure"; gguf.cpp of ggml 0.27 for what it accepts.
[[nodiscard]] Result<Header> parse(Source source, const Limits& limits = {});

/// As parse, over bytes in memory, which must outlive the call.
[[nodiscard]] Result<Header> parse(std::span<const std::byte> bytes, const Limits& limits = {});

/// Reads the header of one file; shards named beside it are not looked for.
/// Errors: as parse, prefixed with the path; not_found, io.
[[nodiscard]] Result<Header> read_header(const std::filesystem::path& file,
                                         const Limits& limits = {});

/// Reads a model: one file, or, where its header says it is split, all parts, whose tables are
/// merged in order. `file` may be any of the parts.
/// Errors: as read_header; not_found naming a missing part; protocol when parts disagree.
[[nodiscard]] Result<Header> read_model(const std::filesystem::path& file,
                                        const Limits& limits = {});

/// Reads the header of one part of a model by its path or URL, and sets its files.
using ReadPart = std::function<Result<Header>(const std::string& name)>;

/// As above, with the parts read by `read`, e.g. from a server.
[[nodiscard]] Result<Header> read_model(const std::string& name, const ReadPart& read,
                                        const Limits& limits);

namespace detail {
template <class T>
std::optional<T> convert(const Value& value) {
  if constexpr (std::same_as<T, bool> || std::same_as<T, std::string> || std::same_as<T, Array>) {
    const auto* found = std::get_if<T>(&value);
    return found == nullptr ? std::nullopt : std::optional<T>(*found);
  } else if constexpr (std::floating_point<T>) {
    const auto* found = std::get_if<double>(&value);
    return found == nullptr ? std::nullopt : std::optional<T>(static_cast<T>(*found));
  } else {
    static_assert(std::integral<T>);
    if (const auto* u = std::get_if<std::uint64_t>(&value); u != nullptr && std::in_range<T>(*u)) {
      return static_cast<T>(*u);
    }
    if (const auto* i = std::get_if<std::int64_t>(&value); i != nullptr && std::in_range<T>(*i)) {
      return static_cast<T>(*i);
    }
    return std::nullopt;
  }
}
}  // namespace detail

template <class T>
std::optional<T> Header::get(std::string_view key) const {
  const auto found = values.find(key);
  if (found == values.end()) return std::nullopt;
  return detail::convert<T>(found->second);
}

}  // namespace plim::gguf
