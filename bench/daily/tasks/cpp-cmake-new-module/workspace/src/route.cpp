#include "route.hpp"

#include "units.hpp"

double length_km(const double* miles, int legs) {
  double sum = 0;
  for (int i = 0; i < legs; ++i) sum += units::miles_to_km(miles[i]);
  return sum;
}
