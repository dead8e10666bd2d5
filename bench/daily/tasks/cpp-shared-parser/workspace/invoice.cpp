#include "shop.hpp"

#include <cctype>

// "12", "12.5" and "12.50" in cents; -1 for anything else.
static long parse_cents(const std::string& text) {
  long whole = 0, cents = 0;
  std::size_t at = 0;
  while (at < text.size() && std::isdigit(static_cast<unsigned char>(text[at])))
    whole = whole * 10 + (text[at++] - '0');
  if (at == 0) return -1;
  if (at == text.size()) return whole * 100;
  if (text[at++] != '.') return -1;
  const std::size_t digits = text.size() - at;
  if (digits < 1 || digits > 2) return -1;
  for (; at < text.size(); ++at) {
    if (!std::isdigit(static_cast<unsigned char>(text[at]))) return -1;
    cents = cents * 10 + (text[at] - '0');
  }
  return whole * 100 + (digits == 1 ? cents * 10 : cents);
}

long invoice_total(const std::vector<std::string>& amounts) {
  long total = 0;
  for (const auto& amount : amounts) {
    const long cents = parse_cents(amount);
    if (cents < 0) return -1;
    total += cents;
  }
  return total;
}
