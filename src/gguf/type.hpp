#pragma once

#include <cstdint>
#include <string_view>

namespace plim::gguf {

/// How one ggml tensor type lays out its elements.
struct Type {
  std::uint32_t id = 0;              ///< As written in the tensor table.
  std::string_view name;             ///< As ggml spells it: "f16", "q4_K", "iq2_xxs".
  std::uint32_t block_elements = 0;  ///< A row's length is a multiple of this.
  std::uint32_t block_bytes = 0;

  [[nodiscard]] constexpr double bits_per_element() const {
    return 8.0 * block_bytes / block_elements;
  }
  friend bool operator==(const Type&, const Type&) = default;
};

/// The type with this id, or null when ggml has none or removed it. The result lives forever.
/// Source: ggml 0.27, ggml_blck_size() and ggml_type_size() of every id.
[[nodiscard]] const Type* find_type(std::uint32_t id);

/// The type ggml spells `name`, or null.
[[nodiscard]] const Type* find_type(std::string_view name);

}  // namespace plim::gguf
