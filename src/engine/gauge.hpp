#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/units.hpp"
#include "hw/nvml.hpp"

namespace plim::engine {

/// Memory of the GPU a plan is on, as its driver counts it.
struct DeviceReading {
  Bytes total;
  Bytes free;
  std::optional<Bytes> own;  ///< The engine's, resident on the device; nothing where not told.
  Bytes own_shared;          ///< The engine's, in RAM on the device's behalf (GTT, pinned).
  Bytes own_evicted;         ///< Pushed out of the device.

  friend bool operator==(const DeviceReading&, const DeviceReading&) = default;
};

/// What one look at a running engine shows.
struct Reading {
  char state = '?';                ///< As /proc/PID/stat has it; '?' when the process is gone.
  std::uint64_t cpu_ticks = 0;     ///< Of all its threads, in hundredths of a second.
  std::uint64_t waited_ms = 0;     ///< All its threads for a processor, so far.
  std::uint64_t major_faults = 0;  ///< Pages that had to come from a disk.
  Bytes resident;
  Bytes swapped;
  Bytes host_available;     ///< What this machine, or our control group, has left.
  double memory_stall = 0;  ///< Percent of the last 10 s in which something waited for memory.
  double cpu_stall = 0;     ///< … for a processor.
  std::filesystem::path oom_counter;  ///< Of its control group: what read_oom_kills reads.
  std::uint64_t oom_kills = 0;        ///< In that group, so far.
  std::optional<DeviceReading> device;

  friend bool operator==(const Reading&, const Reading&) = default;
};

/// Where a Gauge looks. The defaults are the real machine; tests hand in trees of files.
struct GaugeOptions {
  std::filesystem::path root = "/";                ///< Holds proc/ and sys/.
  std::string nvml_library = "libnvidia-ml.so.1";  ///< "" skips NVIDIA's own interface.
  std::string gpu;                                 ///< PCI address; "" when on the CPU.
};

/// Reads what the system knows of one process. A look takes well under a millisecond of CPU
/// without an NVIDIA card. One thread.
///
/// The GPU parts are written from the drivers' documentation and have not yet run on hardware.
/// Source: Linux filesystems/proc.rst, accounting/psi.rst, gpu/drm-usage-stats.rst.
class Gauge {
 public:
  explicit Gauge(GaugeOptions options);

  [[nodiscard]] Reading read(std::int64_t pid) const;

  /// Resident memory of every process that may be seen, by name and number; the engine's left out.
  using Residents = std::map<std::int64_t, Bytes>;
  [[nodiscard]] Residents residents(std::int64_t engine) const;
  /// Who has grown most since `before`: "firefox (pid 4711) took 1.2 GiB"; "" below 64 MiB.
  [[nodiscard]] std::string taker(const Residents& before, std::int64_t engine) const;

 private:
  [[nodiscard]] std::optional<DeviceReading> read_device(std::int64_t pid) const;

  GaugeOptions options_;
  hw::NvmlHold nvml_;
};

/// How many processes a control group has lost for want of memory; 0 when it is not told.
[[nodiscard]] std::uint64_t read_oom_kills(const std::filesystem::path& counter);

/// The llama-server among `root_pid` and what it started; `root_pid` itself when there is none.
[[nodiscard]] std::int64_t find_engine(const std::filesystem::path& root, std::int64_t root_pid);

}  // namespace plim::engine
