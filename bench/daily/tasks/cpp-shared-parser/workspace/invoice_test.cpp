#include <cstdio>

#include "shop.hpp"

int main() {
  if (invoice_total({"12.50", "3.5", "4"}) != 2000) return std::puts("total is wrong"), 1;
  if (invoice_total({"12.50", "x"}) != -1) return std::puts("takes what is no amount"), 1;
  if (refund("10.00") != 900) return std::puts("refund is wrong"), 1;
  std::puts("all good");
}
