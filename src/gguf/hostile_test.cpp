#include <cstring>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gguf/gguf.hpp"
#include "gguf/test_writer.hpp"

// Under AddressSanitizer an allocation beyond this ends the test: no header here is larger than a
// few kilobytes, whatever it claims.
extern "C" const char* __asan_default_options() {  // NOLINT(bugprone-reserved-identifier)
  return "max_allocation_size_mb=64";
}

namespace plim::gguf {
namespace {

constexpr std::uint64_t huge = std::numeric_limits<std::uint64_t>::max();

TestWriter model() {
  TestWriter writer;
  writer.text("general.architecture", "llama")
      .alignment(64)
      .u32("llama.block_count", 2)
      .i32s("llama.kv", {1, 2, 3})
      .texts("tokens", {"one", "two"})
      .boolean("flag", true)
      .tensor("a", {64, 2}, "q8_0")
      .tensor("b", {3, 5, 2}, "f32");
  return writer;
}

/// What must hold of whatever was accepted.
void expect_sound(const Header& header, std::size_t size) {
  for (const auto& tensor : header.tensors) {
    ASSERT_NE(tensor.type, nullptr);
    EXPECT_EQ(tensor.bytes.value,
              tensor.elements() / tensor.type->block_elements * tensor.type->block_bytes);
    EXPECT_EQ(tensor.offset % header.alignment, 0U);
    EXPECT_LE(header.data_offset + tensor.offset + tensor.bytes.value, size);
  }
}

void expect_sound_or_refused(const std::string& bytes) {
  const auto header = parse(bytes);
  if (header) return expect_sound(*header, bytes.size());
  EXPECT_THAT(header.error().code, testing::AnyOf(Errc::protocol, Errc::capacity));
  EXPECT_FALSE(header.error().message.empty());
}

TEST(HostileGguf, IsRefusedWhenCutAtAnyByte) {
  const auto whole = model().whole();
  const auto needed = whole.size() - 8;  // b ends 8 bytes before its padding does
  for (std::size_t length = 0; length < needed; ++length) {
    const auto header = parse(whole.substr(0, length));
    ASSERT_FALSE(header) << length;
    EXPECT_EQ(header.error().code, Errc::protocol) << header.error().message;
    EXPECT_THAT(header.error().message, testing::HasSubstr("bytes"));
  }
  EXPECT_TRUE(parse(whole.substr(0, needed)));
}

TEST(HostileGguf, IsSoundOrRefusedWithAnyByteChanged) {
  const auto whole = model().whole();
  for (std::size_t at = 0; at < model().header().size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      auto bytes = whole;
      bytes[at] = static_cast<char>(bytes[at] ^ (1 << bit));
      expect_sound_or_refused(bytes);
    }
    for (const char value : {'\0', '\xff', '\x7f', '\x80', 'A'}) {
      auto bytes = whole;
      bytes[at] = value;
      expect_sound_or_refused(bytes);
    }
  }
}

TEST(HostileGguf, IsSoundOrRefusedWithAnyNumberReplaced) {
  const auto whole = model().whole();
  const std::uint64_t numbers[] = {0,           huge,        huge >> 1U,        huge - 31,
                                   1ULL << 63U, 1ULL << 32U, (1ULL << 32U) - 1, 1ULL << 40U};
  for (std::size_t at = 0; at + 8 <= model().header().size(); ++at) {
    for (const auto number : numbers) {
      auto bytes = whole;
      std::memcpy(bytes.data() + at, &number, 8);
      expect_sound_or_refused(bytes);
      std::memcpy(bytes.data() + at, &number, 4);
      expect_sound_or_refused(bytes);
    }
  }
}

struct Case {
  const char* name;
  std::string bytes;
  const char* message;
};

std::string head(std::uint32_t version, std::uint64_t tensors, std::uint64_t values) {
  std::string out = "GGUF";
  out.append(reinterpret_cast<const char*>(&version), 4);
  out.append(reinterpret_cast<const char*>(&tensors), 8);
  out.append(reinterpret_cast<const char*>(&values), 8);
  return out;
}

std::string number(std::uint64_t value, std::size_t bytes) {
  return {reinterpret_cast<const char*>(&value), bytes};
}

std::string tensor(std::string_view name, std::uint32_t dims, std::vector<std::uint64_t> sizes,
                   std::uint32_t type, std::uint64_t offset) {
  auto row = number(name.size(), 8) + std::string(name) + number(dims, 4);
  for (const auto size : sizes) row += number(size, 8);
  return row + number(type, 4) + number(offset, 8);
}

const std::string padding(64, '\0');

std::vector<Case> cases() {
  TestWriter twice;
  twice.u32("key", 1).u32("key", 2);
  TestWriter odd_alignment;
  odd_alignment.u32("general.alignment", 3);
  TestWriter unknown_value;
  unknown_value.raw("key", ValueType{13}, "");
  TestWriter long_text;
  long_text.raw("key", ValueType::string, number(huge, 8));
  TestWriter long_array;
  long_array.raw("key", ValueType::array, number(4, 4) + number(huge, 8));
  std::string deep;
  for (int i = 0; i < 6; ++i) deep += number(9, 4) + number(1, 8);
  TestWriter nested;
  nested.raw("key", ValueType::array, deep + padding);
  TestWriter control;
  control.u32("k\x1b[2J", 1);
  return {
      {"empty", "",
       "the file is truncated: the magic at offset 0 needs 4 bytes, but the file ends "
       "at 0"},
      {"another format", "PK\3\4", "not a GGUF file: it does not start with \"GGUF\""},
      {"version 1", head(1, 0, 0), "GGUF version 1 is not supported; 2 and 3 are"},
      {"version 4", head(4, 0, 0), "GGUF version 4 is not supported; 2 and 3 are"},
      {"big-endian", head(3U << 24U, 0, 0),
       "the file is big-endian GGUF, which the engine cannot use here"},
      {"pairs that cannot be there", head(3, 0, 10),
       "the header claims 10 key-value pairs; the file has 0 bytes left"},
      {"tensors that cannot be there", head(3, 10, 0),
       "the header claims 10 tensors; the file has 0 bytes left"},
      {"countless tensors", head(3, huge, 0),
       "the header claims 18446744073709551615 tensors; at most 262144 are read"},
      {"a key twice", twice.whole(), "the key \"key\" at offset 43 appears twice"},
      {"a key with an escape sequence", control.whole(),
       "key 1 of 1 at offset 24 is not printable ASCII"},
      {"odd alignment", odd_alignment.whole(), "general.alignment is not a power of two"},
      {"an unknown value type", unknown_value.whole(),
       "the value of \"key\" at offset 35 has the unknown value type 13"},
      {"a text without end", long_text.whole(),
       "the value of \"key\" at offset 39 claims 18446744073709551615 bytes; at most 8388608 are "
       "allowed"},
      {"an array without end", long_array.whole(),
       "the value of \"key\" at offset 39 claims 18446744073709551615 elements; the file has 13 "
       "bytes left"},
      {"arrays in arrays in arrays", nested.whole(),
       "the value of \"key\" at offset 87 nests arrays deeper than 4"},
      {"five dimensions", head(3, 1, 0) + tensor("t", 5, {1, 1, 1, 1, 1}, 0, 0) + padding,
       "tensor \"t\" at offset 33 has 5 dimensions; at most 4 exist"},
      {"an empty dimension", head(3, 1, 0) + tensor("t", 2, {1, 0}, 0, 0) + padding,
       "tensor \"t\" at offset 33: dimension 1 is 0"},
      {"too many elements", head(3, 1, 0) + tensor("t", 2, {1ULL << 32U, 1ULL << 31U}, 0, 0),
       "tensor \"t\" at offset 33: its dimensions overflow"},
      {"too many bytes", head(3, 1, 0) + tensor("t", 1, {1ULL << 62U}, 0, 0) + padding,
       "tensor \"t\" at offset 24: its size in bytes overflows"},
      {"a removed type", head(3, 1, 0) + tensor("t", 1, {32}, 4, 0) + padding,
       "tensor \"t\" at offset 24 has the unknown type 4"},
      {"half a block", head(3, 1, 0) + tensor("t", 1, {100}, 12, 0) + padding,
       "tensor \"t\" at offset 24: rows of 100 elements cannot be q4_K (blocks of 256)"},
      {"a gap", head(3, 1, 0) + tensor("t", 1, {1}, 0, 32) + padding,
       "tensor \"t\" at offset 24 claims data offset 32; 0 is next"},
      {"a tensor twice",
       head(3, 2, 0) + tensor("t", 1, {8}, 0, 0) + tensor("t", 1, {8}, 0, 32) + padding,
       "the tensor \"t\" at offset 57 appears twice"},
      {"a name that draws on the terminal",
       head(3, 1, 0) + tensor("\x1b[2J", 1, {100}, 12, 0) + padding,
       "tensor \"?[2J\" at offset 24: rows of 100 elements cannot be q4_K (blocks of 256)"},
      {"data beyond the end", head(3, 1, 0) + tensor("t", 1, {1000}, 0, 0) + padding,
       "the file is truncated: its tensors need 4064 bytes, it has 121 (3.9 KiB missing)"},
  };
}

TEST(HostileGguf, IsNamedExactly) {
  for (const auto& [name, bytes, message] : cases()) {
    const auto header = parse(bytes);
    ASSERT_FALSE(header) << name;
    EXPECT_EQ(header.error().message, message) << name;
  }
}

TEST(HostileGguf, CannotMakeTheReaderPassItsBudget) {
  TestWriter writer;
  writer.texts("tokens", std::vector<std::string>(6000, std::string(100, 'x'))).u32("last", 1);
  const auto bytes = writer.whole();
  EXPECT_TRUE(parse(bytes));
  const auto header = parse(bytes, {.header = 100_KiB});
  ASSERT_FALSE(header);
  EXPECT_EQ(header.error().code, Errc::capacity);
  EXPECT_THAT(header.error().message, testing::StartsWith("the header is larger than 100.0 KiB"));
  const auto many = parse(bytes, {.values = 1});
  ASSERT_FALSE(many);
  EXPECT_EQ(many.error(),
            (Error{Errc::capacity, "the header claims 2 key-value pairs; at most 1 are read"}));
}

}  // namespace
}  // namespace plim::gguf
