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
  return Sites{.sites = {{.gpus = {&*gpu}, .label = gpu->name}}};
}

/// A card's own memory first: using RAM through a GPU takes it from everything else.
bool better(const Site& a, const Site& b) {
  const auto& first = *a.gpus.front();
  const auto& second = *b.gpus.front();
  const bool a_own = first.kind == hw::GpuKind::discrete;
  const bool b_own = second.kind == hw::GpuKind::discrete;
  return a_own != b_own ? a_own : first.free > second.free;
}

/// All cards of one backend together; they can share the layers of a model too large for one.
Site together(const std::vector<Site>& sites) {
  const auto backend = [](const Site& site) {
    const auto& name = site.gpus.front()->engine_device;
    return name.substr(0, name.find_last_not_of("0123456789") + 1);
  };
  Site all;
  for (const auto& site : sites) {
    if (site.gpus.front()->kind != hw::GpuKind::discrete) continue;
    if (backend(site) != backend(sites.front())) continue;
    all.gpus.push_back(site.gpus.front());
    all.label += (all.label.empty() ? "" : " + ") + site.label;
  }
  std::ranges::sort(all.gpus, {}, &hw::Gpu::engine_device);
  return all;
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
      found.sites.push_back({.gpus = {&gpu}, .label = gpu.name});
    }
  }
  std::ranges::stable_sort(found.sites, better);
  if (found.sites.size() > 1) {
    auto all = together(found.sites);
    if (all.gpus.size() > 1) found.sites.push_back(std::move(all));
  }
  if (found.sites.empty()) found.sites.push_back(cpu_site(hardware));
  return found;
}

}  // namespace plim::plan
