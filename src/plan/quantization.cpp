#include "plan/quantization.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

namespace plim::plan {
namespace {

constexpr std::array<Quantization, 27> all{{
    {"F32", 32, 32, 32, 32},
    {"F16", 16, 16, 16, 16},
    {"BF16", 16, 16, 16, 16},
    {"Q8_0", 8.5, 8.5, 8.5, 8.5},
    {"Q6_K", 6.5625, 6.5625, 6.5625, 6.5625},
    {"Q5_K_M", 5.66, 5.66, 5.5, 6.5625},
    {"Q5_K_S", 5.5, 5.5, 5.5, 6.5625},
    {"Q5_1", 6, 6, 6, 6.5625},
    {"Q5_0", 5.5, 5.5, 5.5, 6.5625},
    {"Q4_K_M", 4.8, 4.8, 4.5, 6.5625},
    {"Q4_K_S", 4.54, 4.54, 4.5, 6.5625},
    {"Q4_1", 5, 5, 5, 6.5625},
    {"Q4_0", 4.5, 4.5, 4.5, 6.5625},
    {"IQ4_NL", 4.5, 4.5, 4.5, 6.5625},
    {"IQ4_XS", 4.29, 4.29, 4.25, 6.5625},
    {"MXFP4", 8.5, 4.25, 8.5, 8.5},
    {"NVFP4", 4.5, 4.5, 8.5, 8.5},
    {"Q3_K_L", 4.2, 4.2, 3.4375, 6.5625},
    {"Q3_K_M", 3.85, 3.85, 3.4375, 6.5625},
    {"Q3_K_S", 3.45, 3.45, 3.4375, 6.5625},
    {"IQ3_M", 3.6, 3.6, 3.4375, 6.5625},
    {"IQ3_XXS", 3.05, 3.05, 3.4375, 6.5625},
    {"Q2_K", 2.95, 2.95, 2.625, 6.5625},
    {"IQ2_M", 2.7, 2.7, 2.625, 6.5625},
    {"IQ2_XXS", 2.1, 2.1, 2.625, 6.5625},
    {"IQ1_M", 1.8, 1.8, 2.625, 6.5625},
    {"IQ1_S", 1.6, 1.6, 2.625, 6.5625},
}};

}  // namespace

std::optional<Quantization> find_quantization(std::string_view name) {
  std::string wanted;
  for (const char c : name)
    wanted += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  double more = 1;
  if (wanted.starts_with("UD-")) {
    wanted.erase(0, 3);
    more = 1.02;
  }
  if (wanted.ends_with("_XL")) {
    // "Q4_K_XL" keeps more tensors large than "Q4_K_M"; "Q8_K_XL" is Q8_0 with some in 16 bits.
    wanted = wanted.starts_with("Q8") ? "Q8_0" : wanted.substr(0, wanted.size() - 2) + "M";
    if (wanted == "Q6_K_M") wanted = "Q6_K";
    if (wanted == "Q2_K_M") wanted = "Q2_K";
    more = wanted == "Q8_0" ? 1.22 : 1.03;
  }
  if (wanted == "MXFP4_MOE") wanted = "MXFP4";
  const auto* found = std::ranges::find(all, wanted, &Quantization::name);
  if (found == all.end()) return std::nullopt;
  auto scaled = *found;
  scaled.layers *= more;
  scaled.experts *= more;
  return scaled;
}

}  // namespace plim::plan
