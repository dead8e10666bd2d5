#include "plan/sites.hpp"

#include <algorithm>
#include <cctype>
#include <format>

namespace plim::plan {
namespace {

std::string lower(std::string text) {
  for (auto& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

bool answers_to(const hw::Gpu& gpu, const std::string& device) {
  const auto wanted = lower(device);
  return !wanted.empty() && (lower(gpu.engine_device) == wanted || lower(gpu.pci) == wanted ||
                             lower(gpu.uuid) == wanted || lower(gpu.name).contains(wanted));
}

std::string list(const hw::Hardware& hardware) {
  std::string text = "cpu";
  for (const auto& gpu : hardware.gpus) {
    text +=
        std::format(", {} ({})", gpu.engine_device.empty() ? gpu.pci : gpu.engine_device, gpu.name);
  }
  return text;
}

Site cpu_site(const hw::Hardware& hardware) {
  const auto& model = hardware.cpu.model;
  return {.label = model.empty() ? "CPU" : std::format("CPU ({})", model)};
}

std::string unseen(const hw::Gpu& gpu) {
  return std::format(
      "{} is in this machine, but the engine does not see it: its backend or driver is missing.",
      gpu.name);
}

Result<Sites> named_site(const hw::Hardware& hardware, const std::string& device) {
  const auto gpu = std::ranges::find_if(
      hardware.gpus, [&](const auto& candidate) { return answers_to(candidate, device); });
  if (gpu == hardware.gpus.end()) {
    return fail(Errc::not_found, "no device is called \"{}\"; there are: {}", device,
                list(hardware));
  }
  if (gpu->engine_device.empty()) return fail(Errc::invalid, "{}", unseen(*gpu));
  return Sites{.sites = {{.gpu = &*gpu, .label = gpu->name}}};
}

/// A card's own memory first: using RAM through a GPU takes it from everything else.
bool better(const Site& a, const Site& b) {
  const bool a_own = a.gpu->kind == hw::GpuKind::discrete;
  const bool b_own = b.gpu->kind == hw::GpuKind::discrete;
  return a_own != b_own ? a_own : a.gpu->free > b.gpu->free;
}

}  // namespace

Result<Sites> find_sites(const hw::Hardware& hardware, const std::string& device) {
  if (device == "cpu" || device == "none") return Sites{.sites = {cpu_site(hardware)}};
  if (device != "auto") return named_site(hardware, device);
  Sites found;
  for (const auto& gpu : hardware.gpus) {
    if (gpu.kind == hw::GpuKind::software) continue;
    if (gpu.engine_device.empty()) {
      found.warnings.push_back(unseen(gpu));
    } else {
      found.sites.push_back({.gpu = &gpu, .label = gpu.name});
    }
  }
  std::ranges::stable_sort(found.sites, better);
  if (found.sites.empty()) found.sites.push_back(cpu_site(hardware));
  return found;
}

}  // namespace plim::plan
