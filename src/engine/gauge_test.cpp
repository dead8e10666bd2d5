#include "engine/gauge.hpp"

#include <gtest/gtest.h>

#include "engine/test_support.hpp"

namespace plim::engine {
namespace {

namespace fs = std::filesystem;

class Tree {
 public:
  void file(const std::string& name, const std::string& text) const {
    fs::create_directories((root() / name).parent_path());
    test::write_file(root() / name, text);
  }
  [[nodiscard]] const fs::path& root() const { return dir_.path(); }

 private:
  sys::TempDir dir_ = test::make_dir();
};

// Process 42 on a machine with an AMD card, in the forms that the kernel's documentation gives.
void describe_machine(const Tree& tree) {
  tree.file("proc/meminfo", "MemTotal:       32000000 kB\nMemAvailable:   16000000 kB\n");
  tree.file("proc/self/cgroup", "0::/user.slice\n");
  tree.file("proc/42/cgroup", "0::/user.slice\n");
  tree.file("sys/fs/cgroup/user.slice/memory.events", "low 0\noom 3\noom_kill 2\n");
  tree.file("proc/pressure/memory",
            "some avg10=12.50 avg60=3.00 avg300=1.00 total=9\nfull avg10=1\n");
  tree.file("proc/pressure/cpu", "some avg10=55.00 avg60=3.00 avg300=1.00 total=9\n");
  tree.file("proc/42/comm", "llama-server\n");
  tree.file("proc/42/stat", "42 (llama) (x) R 1 1 1 0 -1 0 10 0 77 0 300 45 0 0 20 0 8 0 1 2 3\n");
  tree.file("proc/42/task/42/schedstat", "5000000 7000000 3\n");
  tree.file("proc/42/task/43/schedstat", "5000000 4000000 3\n");
  tree.file("proc/42/status", "Name:\tllama-server\nVmRSS:\t   2048 kB\nVmSwap:\t     512 kB\n");
  const std::string pci = "sys/bus/pci/devices/0000:03:00.0/";
  tree.file(pci + "mem_info_vram_total", "17163091968\n");
  tree.file(pci + "mem_info_vram_used", "5368709120\n");
  const std::string client =
      "pos:\t0\nflags:\t02\ndrm-driver:\tamdgpu\ndrm-client-id:\t7\ndrm-pdev:\t0000:03:00.0\n"
      "drm-memory-vram:\t4194304 KiB\ndrm-memory-gtt: \t635904 KiB\n"
      "amd-evicted-vram:\t1024 KiB\n";
  tree.file("proc/42/fdinfo/5", client);
  tree.file("proc/42/fdinfo/6", client);  // the same client again
}

TEST(Gauge, ReadsWhatTheSystemKnowsOfOneProcess) {
  const Tree tree;
  describe_machine(tree);
  const Gauge gauge({.root = tree.root(), .nvml_library = "", .gpu = "0000:03:00.0"});
  EXPECT_EQ(gauge.read(42),
            (Reading{.state = 'R',
                     .cpu_ticks = 345,
                     .waited_ms = 11,
                     .major_faults = 77,
                     .resident = 2_MiB,
                     .swapped = Bytes{512U << 10U},
                     .host_available = Bytes{16'000'000ULL << 10U},
                     .memory_stall = 12.5,
                     .cpu_stall = 55,
                     .oom_counter = tree.root() / "sys/fs/cgroup/user.slice/memory.events",
                     .oom_kills = 2,
                     .device = DeviceReading{.total = Bytes{17163091968},
                                             .free = Bytes{11794382848},
                                             .own = 4_GiB,
                                             .own_shared = 621_MiB,
                                             .own_evicted = 1_MiB}}));
}

TEST(Gauge, FindsTheOldKindOfControlGroup) {
  const Tree tree;
  describe_machine(tree);
  tree.file("proc/42/cgroup", "9:name=systemd:/\n4:memory:/jobs/7\n0::/\n");
  tree.file("sys/fs/cgroup/memory/jobs/7/memory.oom_control",
            "oom_kill_disable 0\nunder_oom 0\noom_kill 5\n");
  EXPECT_EQ(Gauge({.root = tree.root(), .nvml_library = ""}).read(42).oom_kills, 5U);
}

TEST(Gauge, ReadsAnEmptyMachineAsNothing) {
  const Tree tree;
  const Gauge gauge({.root = tree.root(), .nvml_library = "", .gpu = "0000:03:00.0"});
  EXPECT_EQ(gauge.read(42), Reading{});
}

TEST(Gauge, NamesWhoTookTheMemory) {
  const Tree tree;
  describe_machine(tree);
  tree.file("proc/7/comm", "firefox\n");
  tree.file("proc/7/statm", "100000 50000 0 0 0 0 0\n");
  tree.file("proc/8/comm", "make\n");
  tree.file("proc/8/statm", "100000 60000 0 0 0 0 0\n");
  const Gauge gauge({.root = tree.root(), .nvml_library = ""});
  const auto before = gauge.residents(42);
  EXPECT_EQ(gauge.taker(before, 42), "");
  tree.file("proc/7/statm", "900000 312144 0 0 0 0 0\n");
  tree.file("proc/8/statm", "100000 70000 0 0 0 0 0\n");
  EXPECT_EQ(gauge.taker(before, 42), "firefox (pid 7) took 1.0 GiB");
}

TEST(Gauge, FindsTheEngineBelowWhatWasStarted) {
  const Tree tree;
  tree.file("proc/10/comm", "bwrap\n");
  tree.file("proc/10/task/10/children", "11 \n");
  tree.file("proc/11/comm", "bwrap\n");
  tree.file("proc/11/task/11/children", "12 42 \n");
  tree.file("proc/12/comm", "other\n");
  tree.file("proc/12/task/12/children", "");
  tree.file("proc/42/comm", "llama-server\n");
  EXPECT_EQ(find_engine(tree.root(), 10), 42);
  EXPECT_EQ(find_engine(tree.root(), 12), 12);
}

TEST(Gauge, LooksAtThisVeryProcess) {
  const Gauge gauge({});
  const auto self = std::stoll(fs::read_symlink("/proc/self").string());
  const auto reading = gauge.read(self);
  EXPECT_EQ(reading.state, 'R');
  EXPECT_GT(reading.resident, 1_MiB);
  EXPECT_GT(reading.host_available, Bytes{});
  EXPECT_FALSE(reading.device);
}

}  // namespace
}  // namespace plim::engine
