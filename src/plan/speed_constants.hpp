// Written by scripts/fit_speed from bench/data/speed.csv; do not edit.
#pragma once

#include <array>
#include <string_view>

namespace plim::plan {

/// How close a family of devices comes to its roofs.
struct Family {
  std::string_view name;
  double memory;    ///< Share of the bandwidth that weights are read at.
  double layer_us;  ///< Fixed cost of a layer: kernel launches and their gaps.
  double compute;   ///< Share of twice the f32 rate that a prompt's matrices reach.
  double spread;    ///< Half of the 90 % interval, as a share of the median.
};

/// The first row is for a device of no known family.
constexpr std::array<Family, 20> families{{
    {"", 0.82, 25, 1.0, 0.30},           {"pascal", 0.70, 30, 0.5, 0.25},
    {"volta", 0.55, 30, 1.0, 0.25},      {"turing-lite", 0.80, 30, 0.5, 0.25},
    {"turing", 0.82, 45, 1.4, 0.20},     {"ampere", 0.84, 36, 1.1, 0.15},
    {"ampere-hbm", 0.60, 36, 1.7, 0.25}, {"ada", 0.85, 30, 1.1, 0.15},
    {"hopper", 0.55, 36, 1.1, 0.25},     {"blackwell", 0.86, 30, 1.0, 0.15},
    {"soc-nvidia", 0.80, 50, 1.0, 0.20}, {"rdna", 0.80, 60, 0.6, 0.20},
    {"rdna3", 0.70, 60, 0.45, 0.20},     {"rdna4", 0.80, 40, 0.75, 0.20},
    {"cdna", 0.45, 60, 0.5, 0.30},       {"apu", 0.86, 25, 0.3, 0.15},
    {"arc", 0.60, 60, 0.6, 0.30},        {"igpu-intel", 0.75, 60, 0.9, 0.30},
    {"apple", 0.92, 160, 0.33, 0.12},    {"cpu", 0.85, 30, 0.5, 0.40},
}};
constexpr double cache_share = 0.8;
constexpr double experts_layers = 1.8;
constexpr double experts_compute = 0.5;
constexpr double attention_compute = 0.4;
constexpr double prefill_spread = 0.5;

}  // namespace plim::plan
