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
    {"", 0.835, 26.2, 1.00, 0.35},
    {"ada", 0.835, 27.0, 0.97, 0.13},
    {"ampere", 0.838, 33.4, 1.02, 0.13},
    {"apple", 0.922, 134.2, 0.33, 0.13},
    {"apple-m5", 0.906, 149.9, 0.33, 0.20},
    {"apple-ultra", 0.801, 171.1, 0.34, 0.13},
    {"apu", 0.846, 27.4, 0.30, 0.13},
    {"arc", 0.500, 50.0, 0.50, 0.20},
    {"blackwell", 0.830, 21.7, 1.07, 0.13},
    {"cdna", 0.420, 60.0, 0.40, 0.20},
    {"hbm", 0.549, 40.0, 1.38, 0.13},
    {"igpu-intel", 0.707, 28.0, 0.97, 0.13},
    {"pascal", 0.714, 29.8, 0.35, 0.13},
    {"rdna", 0.919, 23.4, 0.51, 0.13},
    {"rdna3", 0.810, 28.0, 0.42, 0.13},
    {"rdna4", 0.936, 21.8, 0.63, 0.13},
    {"soc-nvidia", 0.754, 28.0, 1.31, 0.13},
    {"turing", 0.759, 22.5, 1.33, 0.13},
    {"turing-lite", 0.835, 26.2, 0.42, 0.20},
    {"cpu", 0.800, 5.0, 0.50, 0.40},
}};
/// Weights that an f32 operation each multiplies while it unpacks them, as operations.
constexpr double arithmetic = 1.61;
/// What is left of the bandwidth's share on a card through ROCm instead of Vulkan.
constexpr double rocm = 0.75;
/// Of the weights' share of the bandwidth, what reading the attention cache gets.
constexpr double cache_share = 0.8;
constexpr double experts_layers = 3.0;
constexpr double experts_compute = 0.5;
constexpr double attention_compute = 0.4;
constexpr double prefill_spread = 0.5;

}  // namespace plim::plan
