#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gguf/gguf.hpp"

namespace plim::gguf {

/// Builds GGUF headers for tests: only what a test names is in the file.
class TestWriter {
 public:
  TestWriter& u32(std::string_view key, std::uint32_t v) { return scalar(key, ValueType::u32, v); }
  TestWriter& u16(std::string_view key, std::uint16_t v) { return scalar(key, ValueType::u16, v); }
  TestWriter& u64(std::string_view key, std::uint64_t v) { return scalar(key, ValueType::u64, v); }
  TestWriter& i32(std::string_view key, std::int32_t v) { return scalar(key, ValueType::i32, v); }
  TestWriter& f32(std::string_view key, float v) { return scalar(key, ValueType::f32, v); }
  TestWriter& boolean(std::string_view key, bool v) {
    return scalar(key, ValueType::boolean, static_cast<std::uint8_t>(v));
  }

  TestWriter& text(std::string_view key, std::string_view value) {
    start(key, ValueType::string);
    append(values_, value);
    return *this;
  }
  TestWriter& texts(std::string_view key, const std::vector<std::string>& items) {
    start_array(key, ValueType::string, items.size());
    for (const auto& item : items) append(values_, item);
    return *this;
  }
  TestWriter& i32s(std::string_view key, const std::vector<std::int32_t>& items) {
    return array(key, ValueType::i32, items);
  }
  TestWriter& u32s(std::string_view key, const std::vector<std::uint32_t>& items) {
    return array(key, ValueType::u32, items);
  }
  TestWriter& f32s(std::string_view key, const std::vector<float>& items) {
    return array(key, ValueType::f32, items);
  }
  TestWriter& booleans(std::string_view key, const std::vector<std::uint8_t>& items) {
    return array(key, ValueType::boolean, items);
  }
  /// A value given as its raw bytes, for what no well-formed file holds.
  TestWriter& raw(std::string_view key, ValueType type, std::string_view bytes) {
    start(key, type);
    values_ += bytes;
    return *this;
  }

  /// A tensor behind the last one.
  TestWriter& tensor(std::string_view name, const std::vector<std::uint64_t>& dims,
                     std::string_view type) {
    const auto* found = find_type(type);
    append(tensors_, name);
    put(tensors_, static_cast<std::uint32_t>(dims.size()));
    std::uint64_t elements = 1;
    for (const auto dim : dims) put(tensors_, dim), elements *= dim;
    put(tensors_, found->id);
    put(tensors_, data_);
    data_ += elements / found->block_elements * found->block_bytes;
    data_ = (data_ + alignment_ - 1) / alignment_ * alignment_;
    ++tensor_count_;
    return *this;
  }
  /// Lays tensors out at multiples of this; the key is written too.
  TestWriter& alignment(std::uint32_t bytes) {
    alignment_ = bytes;
    return u32("general.alignment", bytes);
  }
  TestWriter& version(std::uint32_t number) {
    version_ = number;
    return *this;
  }

  /// Magic to tensor table, padded to the data section.
  [[nodiscard]] std::string header() const {
    std::string out = "GGUF";
    put(out, version_);
    put(out, tensor_count_);
    put(out, value_count_);
    out += values_ + tensors_;
    out.resize((out.size() + alignment_ - 1) / alignment_ * alignment_);
    return out;
  }
  /// The header and as many zero bytes as the tensors need.
  [[nodiscard]] std::string whole() const {
    auto out = header();
    out.resize(out.size() + data_);
    return out;
  }
  /// Writes whole() without its zeros: a sparse file of the full size.
  void write(const std::filesystem::path& file) const {
    const auto head = header();
    std::ofstream(file, std::ios::binary) << head;
    std::filesystem::resize_file(file, head.size() + data_);
  }

 private:
  template <class T>
  static void put(std::string& out, T value) {
    out.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  static void append(std::string& out, std::string_view text) {
    put(out, static_cast<std::uint64_t>(text.size()));
    out += text;
  }
  void start(std::string_view key, ValueType type) {
    append(values_, key);
    put(values_, type);
    ++value_count_;
  }
  void start_array(std::string_view key, ValueType element, std::size_t count) {
    start(key, ValueType::array);
    put(values_, element);
    put(values_, static_cast<std::uint64_t>(count));
  }
  template <class T>
  TestWriter& scalar(std::string_view key, ValueType type, T value) {
    start(key, type);
    put(values_, value);
    return *this;
  }
  template <class T>
  TestWriter& array(std::string_view key, ValueType element, const std::vector<T>& items) {
    start_array(key, element, items.size());
    for (const auto item : items) put(values_, item);
    return *this;
  }

  std::uint32_t version_ = 3;
  std::uint64_t alignment_ = 32;
  std::uint64_t value_count_ = 0;
  std::uint64_t tensor_count_ = 0;
  std::uint64_t data_ = 0;
  std::string values_;
  std::string tensors_;
};

/// Parses bytes held in a string.
[[nodiscard]] inline Result<Header> parse(std::string_view bytes, const Limits& limits = {}) {
  return parse(std::as_bytes(std::span(bytes)), limits);
}

}  // namespace plim::gguf
