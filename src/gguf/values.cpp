#include <array>
#include <utility>

#include "gguf/parse.hpp"

namespace plim::gguf {
namespace {

// A chat template is the longest string met in practice, well under a megabyte.
constexpr std::uint64_t max_string = 8U << 20U;
constexpr std::uint64_t max_key = 65'535;  // ggml docs/gguf.md: 2^16-1
constexpr int max_nesting = 4;
constexpr std::uint64_t smallest_pair = 8 + 1 + 4 + 1;  // length, one letter, type, one byte

/// The fewest bytes one element takes in the file; 0 for a type that does not exist.
std::uint64_t smallest(ValueType type) {
  switch (type) {
    case ValueType::u8:
    case ValueType::i8:
    case ValueType::boolean:
      return 1;
    case ValueType::u16:
    case ValueType::i16:
      return 2;
    case ValueType::u32:
    case ValueType::i32:
    case ValueType::f32:
      return 4;
    case ValueType::u64:
    case ValueType::i64:
    case ValueType::f64:
    case ValueType::string:
      return 8;
    case ValueType::array:
      return 12;
  }
  return 0;
}

Result<ValueType> read_type(Reader& reader, std::string_view field) {
  const auto start = reader.offset();
  const auto id = TRY(reader.read<std::uint32_t>(field));
  if (smallest(ValueType{id}) == 0) {
    return fail(Errc::protocol, "{} at offset {} has the unknown value type {}", field, start, id);
  }
  return ValueType{id};
}

template <class Stored, class Kept>
Result<Value> number(Reader& reader, std::string_view field) {
  return reader.read<Stored>(field).transform([](Stored v) { return Value(static_cast<Kept>(v)); });
}

Result<Value> read_scalar(Reader& reader, ValueType type, std::string_view field) {
  using U = std::uint64_t;
  using I = std::int64_t;
  switch (type) {
    case ValueType::u8:
      return number<std::uint8_t, U>(reader, field);
    case ValueType::i8:
      return number<std::int8_t, I>(reader, field);
    case ValueType::u16:
      return number<std::uint16_t, U>(reader, field);
    case ValueType::i16:
      return number<std::int16_t, I>(reader, field);
    case ValueType::u32:
      return number<std::uint32_t, U>(reader, field);
    case ValueType::i32:
      return number<std::int32_t, I>(reader, field);
    case ValueType::u64:
      return number<U, U>(reader, field);
    case ValueType::i64:
      return number<I, I>(reader, field);
    case ValueType::f32:
      return number<float, double>(reader, field);
    case ValueType::f64:
      return number<double, double>(reader, field);
    case ValueType::boolean:
      return reader.read<std::uint8_t>(field).transform([](auto v) { return Value(v != 0); });
    case ValueType::string:
      return reader.read_string(field, max_string).transform([](std::string s) {
        return Value(std::move(s));
      });
    case ValueType::array:
      break;
  }
  std::unreachable();
}

void keep(Array& array, Value value) {
  if (auto* text = std::get_if<std::string>(&value)) {
    array.strings.push_back(std::move(*text));
  } else if (const auto* real = std::get_if<double>(&value)) {
    array.floats.push_back(*real);
  } else if (const auto* flag = std::get_if<bool>(&value)) {
    array.integers.push_back(*flag ? 1 : 0);
  } else if (const auto* wide = std::get_if<std::uint64_t>(&value)) {
    array.integers.push_back(static_cast<std::int64_t>(*wide));
  } else if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    array.integers.push_back(*integer);
  }
}

Result<Array> read_array(Reader& reader, std::string_view field, const Limits& limits, int depth);

Result<void> skip_elements(Reader& reader, const Array& array, std::string_view field,
                           const Limits& limits, int depth) {
  if (array.element != ValueType::string && array.element != ValueType::array) {
    return reader.skip(array.count * smallest(array.element), field);
  }
  for (std::uint64_t i = 0; i < array.count; ++i) {
    if (array.element == ValueType::array) {
      TRY(read_array(reader, field, limits, depth + 1));
    } else {
      const auto length = TRY(reader.read<std::uint64_t>(field));
      TRY(reader.skip(length, field));
    }
  }
  return {};
}

Result<Array> read_array(Reader& reader, std::string_view field, const Limits& limits, int depth) {
  const auto start = reader.offset();
  if (depth > max_nesting) {
    return fail(Errc::protocol, "{} at offset {} nests arrays deeper than {}", field, start,
                max_nesting);
  }
  Array array;
  array.element = TRY(read_type(reader, field));
  array.count = TRY(reader.read<std::uint64_t>(field));
  if (array.count > reader.remaining() / smallest(array.element)) {
    return fail(Errc::protocol, "{} at offset {} claims {} elements; the file has {} bytes left",
                field, start, array.count, reader.remaining());
  }
  if (depth > 1 || array.element == ValueType::array || array.count > limits.kept_elements) {
    TRY(skip_elements(reader, array, field, limits, depth));
    return array;
  }
  for (std::uint64_t i = 0; i < array.count; ++i) {
    keep(array, TRY(read_scalar(reader, array.element, field)));
  }
  return array;
}

Result<Value> read_value(Reader& reader, std::string_view key, const Limits& limits) {
  const auto field = std::format("the value of \"{}\"", key);
  const auto type = TRY(read_type(reader, field));
  if (type != ValueType::array) return read_scalar(reader, type, field);
  return read_array(reader, field, limits, 1).transform([](Array a) {
    return Value(std::move(a));
  });
}

/// Keys go into messages and maps: a key is printable ASCII or it is not a key.
bool is_key(std::string_view text) {
  for (const char c : text) {
    if (c <= ' ' || c > '~') return false;
  }
  return !text.empty();
}

}  // namespace

Result<std::map<std::string, Value, std::less<>>> read_values(Reader& reader, std::uint64_t count,
                                                              const Limits& limits) {
  if (count > reader.remaining() / smallest_pair) {
    return fail(Errc::protocol, "the header claims {} key-value pairs; the file has {} bytes left",
                count, reader.remaining());
  }
  if (count > limits.values) {
    return fail(Errc::capacity, "the header claims {} key-value pairs; at most {} are read", count,
                limits.values);
  }
  std::map<std::string, Value, std::less<>> values;
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto start = reader.offset();
    auto key = TRY(reader.read_string(std::format("key {} of {}", i + 1, count), max_key));
    if (!is_key(key)) {
      return fail(Errc::protocol, "key {} of {} at offset {} is not printable ASCII", i + 1, count,
                  start);
    }
    if (values.contains(key)) {
      return fail(Errc::protocol, "the key \"{}\" at offset {} appears twice", key, start);
    }
    auto value = TRY(read_value(reader, key, limits));
    values.emplace(std::move(key), std::move(value));
  }
  return values;
}

}  // namespace plim::gguf
