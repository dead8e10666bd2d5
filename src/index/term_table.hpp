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
      if (entries_[number].hash == hash && this->word(number) == word) return number;
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

  // Eight bytes at a time; words are short.
  static std::uint32_t hash_of(std::string_view word) {
    std::uint64_t hash = 0x9E3779B97F4A7C15U ^ word.size();
    const char* at = word.data();
    std::size_t left = word.size();
    for (; left >= 8; at += 8, left -= 8) hash = mix(hash, load(at, 8));
    if (left > 0) hash = mix(hash, load(at, left));
    return static_cast<std::uint32_t>(hash ^ hash >> 32U);
  }
  static std::uint64_t load(const char* at, std::size_t size) {
    std::uint64_t value = 0;
    std::memcpy(&value, at, size);
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
