#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace plim::index {

/// Numbers words 0, 1, 2… in order of their first appearance.
class TermTable {
 public:
  TermTable() : slots_(1U << 12U, empty) {}

  /// The word's number, a new one when it is new.
  std::uint32_t number_of(std::string_view word) {
    const auto hash = hash_of(word);
    for (std::size_t at = hash & (slots_.size() - 1);; at = (at + 1) & (slots_.size() - 1)) {
      const auto number = slots_[at];
      if (number == empty) return insert(word, hash, at);
      if (entries_[number].hash == hash && equal(this->word(number), word)) return number;
    }
  }

  [[nodiscard]] std::string_view word(std::uint32_t number) const {
    const auto& entry = entries_[number];
    return std::string_view(text_).substr(entry.start, entry.size);
  }
  [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(entries_.size()); }

 private:
  static constexpr std::uint32_t empty = ~std::uint32_t{0};
  struct Entry {
    std::uint32_t start;
    std::uint32_t size;
    std::uint32_t hash;
  };

  // Words are short: a call of memcpy or memcmp with a size known only then costs more than the
  // rest. So reads of fixed sizes, the last of which may overlap the one before.
  static std::uint32_t hash_of(std::string_view word) {
    std::uint64_t hash = 0x9E3779B97F4A7C15U ^ word.size();
    if (word.size() <= 8) {
      hash = mix(hash, load_short(word));
    } else {
      const char* const last = word.data() + word.size() - 8;
      for (const char* at = word.data(); at < last; at += 8)
        hash = mix(hash, load<std::uint64_t>(at));
      hash = mix(hash, load<std::uint64_t>(last));
    }
    return static_cast<std::uint32_t>(hash ^ hash >> 32U);
  }
  static bool equal(std::string_view left, std::string_view right) {
    if (left.size() != right.size()) return false;
    if (left.size() <= 8) return load_short(left) == load_short(right);
    return left == right;
  }
  // Of at most eight bytes; the same only for the same ones, when there are as many.
  static std::uint64_t load_short(std::string_view word) {
    const char* const at = word.data();
    const auto size = word.size();
    if (size >= 4) {
      return load<std::uint32_t>(at) | std::uint64_t{load<std::uint32_t>(at + size - 4)} << 32U;
    }
    if (size == 0) return 0;
    return load<std::uint8_t>(at) | std::uint64_t{load<std::uint8_t>(at + size / 2)} << 8U |
           std::uint64_t{load<std::uint8_t>(at + size - 1)} << 16U;
  }
  template <class Number>
  static Number load(const char* at) {
    Number value{};
    std::memcpy(&value, at, sizeof value);
    return value;
  }
  static std::uint64_t mix(std::uint64_t hash, std::uint64_t value) {
    hash = (hash ^ value) * 0xFF51AFD7ED558CCDU;
    return hash ^ hash >> 29U;
  }

  std::uint32_t insert(std::string_view word, std::uint32_t hash, std::size_t at) {
    const auto number = size();
    slots_[at] = number;
    entries_.push_back(
        {static_cast<std::uint32_t>(text_.size()), static_cast<std::uint32_t>(word.size()), hash});
    text_ += word;
    if (entries_.size() * 2 > slots_.size()) grow();
    return number;
  }

  void grow() {
    slots_.assign(slots_.size() * 2, empty);
    for (std::uint32_t number = 0; number < size(); ++number) {
      std::size_t at = entries_[number].hash & (slots_.size() - 1);
      while (slots_[at] != empty) at = (at + 1) & (slots_.size() - 1);
      slots_[at] = number;
    }
  }

  std::vector<std::uint32_t> slots_;
  std::vector<Entry> entries_;
  std::string text_;
};

}  // namespace plim::index
