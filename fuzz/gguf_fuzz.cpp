#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "gguf/gguf.hpp"

// A model file from anywhere: no bytes may crash the reader or make it allocate without bound (the
// driver limits memory), and a header that was accepted must answer every question about itself.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  const auto whole = plim::gguf::parse(bytes);
  const auto partial = plim::gguf::parse(bytes, {.whole_file = false});
  // What is right for a whole file is right for its beginning.
  if (whole && !partial) std::abort();
  if (!partial) return 0;
  if (whole) {
    for (const auto& tensor : whole->tensors) {
      if (whole->data_offset + tensor.offset + tensor.bytes.value > size) std::abort();
    }
  }
  const auto& header = *partial;
  if (header.tensors.size() > size || header.values.size() > size) std::abort();
  if (header.bits_per_weight() < 0) std::abort();
  (void)header.name(), (void)header.file_type(), (void)header.tensor_bytes();
  (void)header.arch<std::uint32_t>("block_count"), (void)header.find_tensor("output.weight");
  return 0;
}
