#pragma once

// Length of a route in kilometres, from its legs in miles.
double length_km(const double* miles, int legs);
