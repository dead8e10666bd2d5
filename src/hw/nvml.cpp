#include "hw/nvml.hpp"

#include <algorithm>
#include <array>
#include <format>
#include <map>
#include <memory>

#include <dlfcn.h>

#include "hw/nvml_abi.hpp"
#include "hw/pci.hpp"
#include "hw/text_file.hpp"

namespace plim::hw {
namespace {

namespace fs = std::filesystem;

constexpr unsigned max_devices = 64;
constexpr unsigned max_processes = 1024;

/// The library's entry points, looked up once; any may be null in an old driver.
struct Library {
  std::unique_ptr<void, int (*)(void*)> handle{nullptr, dlclose};

  template <class F>
  [[nodiscard]] F find(const char* name) const {
    return reinterpret_cast<F>(dlsym(handle.get(), name));
  }
  [[nodiscard]] std::string error(nvml::Status status) const {
    const auto text = find<nvml::ErrorString>("nvmlErrorString");
    return text == nullptr ? std::format("error {}", status) : text(status);
  }
};

std::string device_text(const Library& library, const char* call, nvml::Device device) {
  std::array<char, 96> text{};
  const auto get = library.find<nvml::DeviceGetText>(call);
  if (get == nullptr || get(device, text.data(), text.size()) != nvml::success) return "";
  text.back() = '\0';
  return text.data();
}

std::string driver_version(const Library& library) {
  std::array<char, 96> text{};
  const auto get = library.find<nvml::SystemGetDriverVersion>("nvmlSystemGetDriverVersion");
  if (get == nullptr || get(text.data(), text.size()) != nvml::success) return "nvidia";
  text.back() = '\0';
  return std::format("nvidia {}", text.data());
}

std::string pci_address(const Library& library, nvml::Device device) {
  nvml::PciInfo info{};
  const auto get = library.find<nvml::DeviceGetPciInfo>("nvmlDeviceGetPciInfo_v3");
  if (get == nullptr || get(device, &info) != nvml::success) return "";
  info.bus_id[sizeof info.bus_id - 1] = '\0';
  return normal_pci(info.bus_id);
}

void read_memory_of(const Library& library, nvml::Device device, Gpu& gpu, GpuReading& reading) {
  nvml::Memory memory{};
  const auto get = library.find<nvml::DeviceGetMemoryInfo>("nvmlDeviceGetMemoryInfo");
  const auto status = get == nullptr ? nvml::not_supported : get(device, &memory);
  if (status == nvml::success) {
    gpu.total = Bytes{memory.total};
    gpu.free = Bytes{memory.free};
    return;
  }
  // Grace and GB10 share the CPU's memory and answer "not supported".
  if (status == nvml::not_supported) gpu.kind = GpuKind::unified;
  reading.notes.push_back(
      {"nvml", std::format("{} does not tell its memory: {}.", gpu.name, library.error(status))});
}

/// One of the two process lists; grows until it fits, as the count may rise between calls.
std::vector<nvml::ProcessInfo> list_processes(const Library& library, const char* call,
                                              nvml::Device device, nvml::Status& status) {
  const auto get = library.find<nvml::DeviceGetProcesses>(call);
  status = nvml::not_supported;
  if (get == nullptr) return {};
  std::vector<nvml::ProcessInfo> processes(32);
  for (;;) {
    auto count = static_cast<unsigned>(processes.size());
    status = get(device, &count, processes.data());
    if (status == nvml::success) {
      processes.resize(std::min<std::size_t>(count, processes.size()));
      return processes;
    }
    if (status != nvml::insufficient_size || processes.size() >= max_processes) return {};
    processes.resize(processes.size() * 2);
  }
}

void read_processes(const Library& library, nvml::Device device, const fs::path& root, Gpu& gpu,
                    GpuReading& reading) {
  std::map<std::int64_t, GpuProcess> by_pid;  // one that computes and draws is in both lists
  for (const auto* call :
       {"nvmlDeviceGetComputeRunningProcesses_v3", "nvmlDeviceGetGraphicsRunningProcesses_v3"}) {
    nvml::Status status = nvml::success;
    for (const auto& info : list_processes(library, call, device, status)) {
      auto& process = by_pid[info.pid];
      process.pid = info.pid;
      process.name = process_name(root, info.pid);
      if (info.used_gpu_memory == nvml::value_not_available) continue;
      process.bytes = std::max(process.bytes.value_or(Bytes{}), Bytes{info.used_gpu_memory});
    }
    if (status == nvml::success) continue;
    reading.notes.push_back(
        {"nvml", std::format("Who uses {} cannot be read: {}.", gpu.name, library.error(status))});
    break;
  }
  for (auto& [pid, process] : by_pid) gpu.processes.push_back(std::move(process));
  std::ranges::stable_sort(gpu.processes, std::greater<>(), &GpuProcess::bytes);
}

void read_device(const Library& library, unsigned index, const std::string& driver,
                 const fs::path& root, GpuReading& reading) {
  nvml::Device device = nullptr;
  const auto open = library.find<nvml::DeviceGetHandleByIndex>("nvmlDeviceGetHandleByIndex_v2");
  const auto status = open == nullptr ? nvml::not_supported : open(index, &device);
  if (status != nvml::success) {
    reading.notes.push_back(
        {"nvml", std::format("NVIDIA GPU {} cannot be read: {}.", index, library.error(status))});
    return;
  }
  Gpu gpu{.name = device_text(library, "nvmlDeviceGetName", device),
          .pci = pci_address(library, device),
          .uuid = device_text(library, "nvmlDeviceGetUUID", device),
          .driver = driver};
  if (gpu.name.empty()) gpu.name = std::format("NVIDIA GPU {}", index);
  read_memory_of(library, device, gpu, reading);
  read_processes(library, device, root, gpu, reading);
  reading.gpus.push_back(std::move(gpu));
}

}  // namespace

GpuReading read_nvml(const std::string& name, const fs::path& root) {
  GpuReading reading;
  const Library library{{dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL), dlclose}};
  if (library.handle == nullptr) return reading;
  const auto init = library.find<nvml::Init>("nvmlInit_v2");
  const auto count_devices = library.find<nvml::DeviceGetCount>("nvmlDeviceGetCount_v2");
  if (init == nullptr || count_devices == nullptr) {
    reading.notes.push_back({"nvml", std::format("{} is not a library we know.", name)});
    return reading;
  }
  unsigned count = 0;
  auto status = init();
  const bool started = status == nvml::success;
  if (started) status = count_devices(&count);
  if (status != nvml::success) {
    reading.notes.push_back(
        {"nvml", std::format("NVIDIA's driver does not answer: {}.", library.error(status))});
  }
  const auto driver = started ? driver_version(library) : "";
  for (unsigned i = 0; i < std::min(count, max_devices); ++i) {
    read_device(library, i, driver, root, reading);
  }
  const auto shutdown = library.find<nvml::Shutdown>("nvmlShutdown");
  if (started && shutdown != nullptr) shutdown();
  return reading;
}

NvmlHold::NvmlHold(const std::string& library) {
  if (library.empty()) return;
  std::unique_ptr<void, int (*)(void*)> handle(dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL),
                                               dlclose);
  if (handle == nullptr) return;
  const auto init = reinterpret_cast<nvml::Init>(dlsym(handle.get(), "nvmlInit_v2"));
  if (init != nullptr && init() == nvml::success) handle_ = handle.release();
}

NvmlHold::~NvmlHold() {
  if (handle_ == nullptr) return;
  const auto shutdown = reinterpret_cast<nvml::Shutdown>(dlsym(handle_, "nvmlShutdown"));
  if (shutdown != nullptr) shutdown();
  dlclose(handle_);
}

}  // namespace plim::hw
