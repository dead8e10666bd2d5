#include "workspace/hash.hpp"

#include <array>

#include <openssl/evp.h>

namespace plim::workspace {

std::string sha256_hex(std::string_view bytes) {
  std::array<unsigned char, 32> digest{};
  // Cannot fail: the algorithm is built in and nothing is allocated that matters.
  EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, EVP_sha256(), nullptr);
  constexpr std::string_view digits = "0123456789abcdef";
  std::string hex;
  hex.reserve(2 * digest.size());
  for (const unsigned char byte : digest) {
    hex += digits[byte >> 4U];
    hex += digits[byte & 15U];
  }
  return hex;
}

}  // namespace plim::workspace
