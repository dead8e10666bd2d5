#include <units.hpp>

#include <cmath>

int main() { return std::abs(units::km_to_miles(units::miles_to_km(3)) - 3) < 1e-12 ? 0 : 1; }
