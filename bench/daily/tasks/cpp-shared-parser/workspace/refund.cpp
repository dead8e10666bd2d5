#include "shop.hpp"

#include <cctype>

static long parse_cents(const std::string& text) {
  long whole = 0, cents = 0;
  std::size_t at = 0;
  while (at < text.size() && std::isdigit(static_cast<unsigned char>(text[at])))
    whole = whole * 10 + (text[at++] - '0');
  if (at == 0) return -1;
  if (at == text.size()) return whole * 100;
  if (text[at++] != '.') return -1;
  for (; at < text.size(); ++at) {
    if (!std::isdigit(static_cast<unsigned char>(text[at]))) return -1;
    cents = cents * 10 + (text[at] - '0');
  }
  return whole * 100 + cents;
}

long refund(const std::string& amount) {
  const long cents = parse_cents(amount);
  if (cents < 0) return -1;
  return cents - cents / 10;
}
