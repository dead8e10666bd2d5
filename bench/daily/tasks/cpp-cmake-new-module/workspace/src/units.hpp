#pragma once

namespace units {
double miles_to_km(double miles);
double km_to_miles(double km);
}  // namespace units
