#pragma once

#include <optional>
#include <string_view>

namespace plim::plan {

/// Bits per weight of the parts of a quantized file.
struct Quantization {
  std::string_view name;
  double layers = 0;
  double experts = 0;
  double embedding = 0;
  double output = 0;
};

/// The quantization files call `name`; a "UD-" in front and "_XL" behind are read as the plain one
/// and a little more. Nothing when it is none.
/// Source: sizes of llama-quantize's files of an 8-billion-parameter model.
[[nodiscard]] std::optional<Quantization> find_quantization(std::string_view name);

}  // namespace plim::plan
