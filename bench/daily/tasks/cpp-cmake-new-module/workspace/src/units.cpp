#include "units.hpp"

namespace units {
double miles_to_km(double miles) { return miles * 1.609344; }
double km_to_miles(double km) { return km / 1.609344; }
}  // namespace units
