#include "gguf/parse.hpp"

#include <algorithm>
#include <bit>

namespace plim::gguf {
namespace {

constexpr std::uint32_t magic = 0x46554747;  // "GGUF"

Result<std::uint32_t> read_version(Reader& reader) {
  if (TRY(reader.read<std::uint32_t>("the magic")) != magic) {
    return fail(Errc::protocol, "not a GGUF file: it does not start with \"GGUF\"");
  }
  const auto version = TRY(reader.read<std::uint32_t>("the version"));
  if (version != 0 && (version & 0xFFFFU) == 0) {
    return fail(Errc::protocol, "the file is big-endian GGUF, which the engine cannot use here");
  }
  if (version < 2 || version > 3) {
    return fail(Errc::protocol, "GGUF version {} is not supported; 2 and 3 are", version);
  }
  return version;
}

Result<std::uint64_t> alignment_of(const Header& header) {
  if (!header.values.contains("general.alignment")) return 32;
  const auto alignment = header.get<std::uint32_t>("general.alignment").value_or(0);
  if (!std::has_single_bit(alignment)) {
    return fail(Errc::protocol, "general.alignment is not a power of two");
  }
  return alignment;
}

Result<void> check_data(const Header& header, std::uint64_t size) {
  if (header.tensors.empty()) return {};
  const auto& last = header.tensors.back();
  // Cannot overflow: read_tensors() bounded the sum, and data_offset lies near the file's end.
  const auto end = add(header.data_offset, last.offset + last.bytes.value);
  if (!end) return fail(Errc::protocol, "the tensor data's size overflows");
  if (*end <= size) return {};
  return fail(Errc::protocol,
              "the file is truncated: its tensors need {} bytes, it has {} ({} missing)", *end,
              size, to_string(Bytes{*end - size}));
}

}  // namespace

Result<Header> parse(Source source, const Limits& limits) {
  Reader reader(source, limits.header);
  Header header;
  header.file_bytes = Bytes{source.size};
  header.version = TRY(read_version(reader));
  const auto tensor_count = TRY(reader.read<std::uint64_t>("the tensor count"));
  const auto value_count = TRY(reader.read<std::uint64_t>("the key-value count"));
  if (tensor_count > limits.tensors) {
    return fail(Errc::capacity, "the header claims {} tensors; at most {} are read", tensor_count,
                limits.tensors);
  }
  header.values = TRY(read_values(reader, value_count, limits));
  header.alignment = TRY(alignment_of(header));
  header.tensors = TRY(read_tensors(reader, tensor_count, header.alignment));
  const auto data_offset = align(reader.offset(), header.alignment);
  if (!data_offset) return fail(Errc::protocol, "the data section's offset overflows");
  header.data_offset = *data_offset;
  if (limits.whole_file) TRY(check_data(header, source.size));
  return header;
}

Result<Header> parse(std::span<const std::byte> bytes, const Limits& limits) {
  return parse(Source{.size = bytes.size(),
                      .read =
                          [bytes](std::uint64_t offset, std::span<std::byte> out) {
                            std::ranges::copy(bytes.subspan(offset, out.size()), out.begin());
                            return Result<void>();
                          }},
               limits);
}

}  // namespace plim::gguf
