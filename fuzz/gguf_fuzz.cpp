// libFuzzer target: any bytes, whole or cut short, must parse soundly or be refused.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "gguf/gguf.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  const auto header = plim::gguf::parse(bytes);
  if (!header) return 0;
  for (const auto& tensor : header->tensors) {
    if (header->data_offset + tensor.offset + tensor.bytes.value > size) std::abort();
  }
  return 0;
}
