#include <cstdio>

#include "money.hpp"
#include "shop.hpp"

int main() {
  if (refund("3.5") != 315 || refund("3.555") != -1 || refund("3.") != -1) return std::puts("refund"), 1;
  if (invoice_total({"0.05", "1.5"}) != 155) return std::puts("invoice"), 1;
  if (parse_cents("7.25") != 725 || parse_cents("") != -1) return std::puts("parse_cents"), 1;
}
