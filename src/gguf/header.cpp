#include <algorithm>
#include <array>
#include <cctype>
#include <map>

#include "gguf/gguf.hpp"

namespace plim::gguf {
namespace {

struct FileType {
  std::uint32_t id;
  std::string_view name;
};

// Source: llama.h of llama.cpp 0.7, enum llama_ftype.
constexpr std::array<FileType, 36> file_types{{
    {0, "F32"},      {1, "F16"},      {2, "Q4_0"},    {3, "Q4_1"},    {7, "Q8_0"},
    {8, "Q5_0"},     {9, "Q5_1"},     {10, "Q2_K"},   {11, "Q3_K_S"}, {12, "Q3_K_M"},
    {13, "Q3_K_L"},  {14, "Q4_K_S"},  {15, "Q4_K_M"}, {16, "Q5_K_S"}, {17, "Q5_K_M"},
    {18, "Q6_K"},    {19, "IQ2_XXS"}, {20, "IQ2_XS"}, {21, "Q2_K_S"}, {22, "IQ3_XS"},
    {23, "IQ3_XXS"}, {24, "IQ1_S"},   {25, "IQ4_NL"}, {26, "IQ3_S"},  {27, "IQ3_M"},
    {28, "IQ2_S"},   {29, "IQ2_M"},   {30, "IQ4_XS"}, {31, "IQ1_M"},  {32, "BF16"},
    {36, "TQ1_0"},   {37, "TQ2_0"},   {38, "MXFP4"},  {39, "NVFP4"},  {40, "Q1_0"},
    {41, "Q2_0"},
}};

/// The type that holds most bytes, in capitals.
std::string dominant_type(const std::vector<Tensor>& tensors) {
  std::map<std::string_view, std::uint64_t> bytes;
  for (const auto& tensor : tensors) bytes[tensor.type->name] += tensor.bytes.value;
  const auto most =
      std::ranges::max_element(bytes, {}, [](const auto& entry) { return entry.second; });
  if (most == bytes.end()) return "";
  std::string name(most->first);
  for (auto& c : name) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return name;
}

}  // namespace

std::uint64_t Tensor::elements() const {
  return std::ranges::fold_left(dims, std::uint64_t{1}, std::multiplies<>());
}

std::string Header::architecture() const {
  return get<std::string>("general.architecture").value_or("");
}

std::string Header::name() const {
  auto name = get<std::string>("general.name").value_or("");
  if (name.empty() && !files.empty()) name = files.front().stem().string();
  return name;
}

std::uint64_t Header::parameters() const {
  std::uint64_t sum = 0;
  for (const auto& tensor : tensors) sum += tensor.elements();
  return sum;
}

Bytes Header::tensor_bytes() const {
  Bytes sum;
  for (const auto& tensor : tensors) sum += tensor.bytes;
  return sum;
}

double Header::bits_per_weight() const {
  const auto count = parameters();
  if (count == 0) return 0;
  return 8.0 * static_cast<double>(tensor_bytes().value) / static_cast<double>(count);
}

std::string Header::file_type() const {
  // 1024 marks a type the converter itself only guessed.
  const auto id = get<std::uint32_t>("general.file_type").value_or(1024);
  const auto* known = std::ranges::find(file_types, id, &FileType::id);
  return known == file_types.end() ? dominant_type(tensors) : std::string(known->name);
}

const Tensor* Header::find_tensor(std::string_view name) const {
  const auto found = std::ranges::find(tensors, name, &Tensor::name);
  return found == tensors.end() ? nullptr : &*found;
}

}  // namespace plim::gguf
