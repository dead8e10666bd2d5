#include "gguf/reader.hpp"

#include <algorithm>

namespace plim::gguf {
namespace {

constexpr std::uint64_t chunk_bytes = 256U << 10U;

}  // namespace

Result<void> Reader::check(std::uint64_t bytes, std::string_view field) const {
  if (bytes > remaining()) {
    return fail(Errc::protocol,
                "the file is truncated: {} at offset {} needs {} bytes, but the file ends at {}",
                field, offset_, bytes, source_.size);
  }
  if (bytes > budget_.value - std::min(budget_.value, offset_)) {
    return fail(Errc::capacity, "the header is larger than {}: reached at {}, offset {}",
                to_string(budget_), field, offset_);
  }
  return {};
}

Result<void> Reader::load(std::string_view field) {
  const auto end = std::min(source_.size, std::max(budget_.value, offset_ + 1));
  chunk_.resize(std::min(chunk_bytes, end - offset_));
  chunk_offset_ = offset_;
  return source_.read(offset_, chunk_)
      .transform_error(during(std::format("reading {} at offset {}", field, offset_)));
}

Result<void> Reader::fill(std::span<std::byte> out, std::string_view field) {
  TRY(check(out.size(), field));
  while (!out.empty()) {
    const bool loaded = offset_ >= chunk_offset_ && offset_ - chunk_offset_ < chunk_.size();
    if (!loaded) TRY(load(field));
    const auto have = std::span(chunk_).subspan(offset_ - chunk_offset_);
    const auto count = std::min(have.size(), out.size());
    std::ranges::copy(have.first(count), out.begin());
    out = out.subspan(count);
    offset_ += count;
  }
  return {};
}

Result<std::string> Reader::read_string(std::string_view field, std::uint64_t limit) {
  const auto start = offset_;
  const auto length = TRY(read<std::uint64_t>(field));
  if (length > limit) {
    return fail(Errc::protocol, "{} at offset {} claims {} bytes; at most {} are allowed", field,
                start, length, limit);
  }
  TRY(check(length, field));
  std::string text(length, '\0');
  TRY(fill(std::as_writable_bytes(std::span(text)), field));
  return text;
}

Result<void> Reader::skip(std::uint64_t bytes, std::string_view field) {
  TRY(check(bytes, field));
  offset_ += bytes;
  return {};
}

}  // namespace plim::gguf
