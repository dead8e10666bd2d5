#pragma once

#include <cstdint>
#include <vector>

#include "base/error.hpp"
#include "gguf/gguf.hpp"
#include "gguf/reader.hpp"

namespace plim::gguf {

/// Reads `count` key-value pairs. Errors: as parse.
[[nodiscard]] Result<std::map<std::string, Value, std::less<>>> read_values(Reader& reader,
                                                                            std::uint64_t count,
                                                                            const Limits& limits);

/// Reads `count` rows of the tensor table and checks each row on its own, and that the rows lie
/// behind one another without a gap, as the engine demands. Errors: as parse.
[[nodiscard]] Result<std::vector<Tensor>> read_tensors(Reader& reader, std::uint64_t count,
                                                       std::uint64_t alignment);

/// a * b and a + b, or nothing when the result does not fit.
[[nodiscard]] std::optional<std::uint64_t> multiply(std::uint64_t a, std::uint64_t b);
[[nodiscard]] std::optional<std::uint64_t> add(std::uint64_t a, std::uint64_t b);

/// `value` rounded up to a multiple of `alignment` (a power of two), or nothing.
[[nodiscard]] std::optional<std::uint64_t> align(std::uint64_t value, std::uint64_t alignment);

}  // namespace plim::gguf
