#include <limits>
#include <unordered_set>
#include <utility>

#include "gguf/parse.hpp"

namespace plim::gguf {
namespace {

constexpr std::uint32_t max_dims = 4;
constexpr std::uint64_t max_name = 63;  // ggml's GGML_MAX_NAME less its terminator
constexpr std::uint64_t smallest_row = 8 + 1 + 4 + 4 + 8;
// ggml counts elements and bytes in signed 64-bit numbers.
constexpr std::uint64_t max_signed = std::numeric_limits<std::int64_t>::max();

std::string printable(std::string_view name) {
  std::string text;
  for (const char c : name) text += c > ' ' && c <= '~' ? c : '?';
  return text;
}

Result<std::vector<std::uint64_t>> read_dims(Reader& reader, const std::string& field) {
  const auto start = reader.offset();
  const auto count = TRY(reader.read<std::uint32_t>(field));
  if (count > max_dims) {
    return fail(Errc::protocol, "{} at offset {} has {} dimensions; at most {} exist", field, start,
                count, max_dims);
  }
  std::vector<std::uint64_t> dims;
  std::uint64_t elements = 1;
  for (std::uint32_t i = 0; i < count; ++i) {
    dims.push_back(TRY(reader.read<std::uint64_t>(field)));
    if (dims.back() == 0) {
      return fail(Errc::protocol, "{} at offset {}: dimension {} is 0", field, start, i);
    }
    const auto product = multiply(elements, dims.back());
    if (!product || *product > max_signed) {
      return fail(Errc::protocol, "{} at offset {}: its dimensions overflow", field, start);
    }
    elements = *product;
  }
  if (dims.empty()) dims.push_back(1);
  return dims;
}

Result<Bytes> size_of(const Tensor& tensor, const std::string& field, std::uint64_t start) {
  const auto& type = *tensor.type;
  if (tensor.dims.front() % type.block_elements != 0) {
    return fail(Errc::protocol, "{} at offset {}: rows of {} elements cannot be {} (blocks of {})",
                field, start, tensor.dims.front(), type.name, type.block_elements);
  }
  const auto bytes = multiply(tensor.elements() / type.block_elements, type.block_bytes);
  if (!bytes || *bytes > max_signed) {
    return fail(Errc::protocol, "{} at offset {}: its size in bytes overflows", field, start);
  }
  return Bytes{*bytes};
}

Result<Tensor> read_tensor(Reader& reader, std::uint64_t index, std::uint64_t count) {
  const auto start = reader.offset();
  Tensor tensor;
  tensor.name = TRY(
      reader.read_string(std::format("the name of tensor {} of {}", index + 1, count), max_name));
  if (tensor.name.empty()) {
    return fail(Errc::protocol, "tensor {} of {} at offset {} has no name", index + 1, count,
                start);
  }
  const auto field = std::format("tensor \"{}\"", printable(tensor.name));
  tensor.dims = TRY(read_dims(reader, field));
  const auto type = TRY(reader.read<std::uint32_t>(field));
  tensor.type = find_type(type);
  if (tensor.type == nullptr) {
    return fail(Errc::protocol, "{} at offset {} has the unknown type {}", field, start, type);
  }
  tensor.offset = TRY(reader.read<std::uint64_t>(field));
  tensor.bytes = TRY(size_of(tensor, field, start));
  return tensor;
}

}  // namespace

std::optional<std::uint64_t> multiply(std::uint64_t a, std::uint64_t b) {
  std::uint64_t result = 0;
  return __builtin_mul_overflow(a, b, &result) ? std::nullopt : std::optional(result);
}

std::optional<std::uint64_t> add(std::uint64_t a, std::uint64_t b) {
  std::uint64_t result = 0;
  return __builtin_add_overflow(a, b, &result) ? std::nullopt : std::optional(result);
}

std::optional<std::uint64_t> align(std::uint64_t value, std::uint64_t alignment) {
  const auto raised = add(value, alignment - 1);
  return raised ? std::optional(*raised & ~(alignment - 1)) : std::nullopt;
}

Result<std::vector<Tensor>> read_tensors(Reader& reader, std::uint64_t count,
                                         std::uint64_t alignment) {
  if (count > reader.remaining() / smallest_row) {
    return fail(Errc::protocol, "the header claims {} tensors; the file has {} bytes left", count,
                reader.remaining());
  }
  std::vector<Tensor> tensors;
  std::unordered_set<std::string> names;
  std::uint64_t expected = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto start = reader.offset();
    auto tensor = TRY(read_tensor(reader, i, count));
    const auto name = printable(tensor.name);
    if (!names.insert(tensor.name).second) {
      return fail(Errc::protocol, "the tensor \"{}\" at offset {} appears twice", name, start);
    }
    if (tensor.offset != expected) {
      return fail(Errc::protocol, "tensor \"{}\" at offset {} claims data offset {}; {} is next",
                  name, start, tensor.offset, expected);
    }
    const auto end = add(expected, tensor.bytes.value);
    const auto next = end ? align(*end, alignment) : std::nullopt;
    if (!next) {
      return fail(Errc::protocol, "tensor \"{}\" at offset {}: the data's size overflows", name,
                  start);
    }
    expected = *next;
    tensors.push_back(std::move(tensor));
  }
  return tensors;
}

}  // namespace plim::gguf
