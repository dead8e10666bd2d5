#include <cmath>

#include "route.hpp"

int main() {
  const double legs[] = {10, 5};
  return std::abs(length_km(legs, 2) - 24.14016) < 1e-9 ? 0 : 1;
}
