#include "hw/hw.hpp"

#include <cstdlib>
#include <fstream>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "hw/cpu.hpp"
#include "hw/drm.hpp"
#include "hw/engine_devices.hpp"
#include "hw/fdinfo.hpp"
#include "hw/memory.hpp"
#include "hw/nvml.hpp"
#include "hw/pci.hpp"
#include "hw/probe.hpp"

namespace plim::hw {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// A machine's proc and sys as files in a folder of its own.
class Machine : public testing::Test {
 protected:
  Machine() {
    std::filesystem::create_directories(root_);
    put("proc/meminfo", "MemTotal:       32768000 kB\nMemFree: 1 kB\nMemAvailable:   20480000 kB");
    put("proc/cpuinfo", "processor\t: 0\nmodel name\t: AMD Ryzen 7 7840U\nflags\t\t: fpu");
    put("sys/devices/system/cpu/online", "0-3");
    put("proc/self/status", "Name:\tplim\nCpus_allowed_list:\t0-3");
    for (int i = 0; i < 4; ++i) {
      const auto topology = std::format("sys/devices/system/cpu/cpu{}/topology/", i);
      put(topology + "core_id", std::to_string(i / 2));
      put(topology + "physical_package_id", "0");
    }
  }
  ~Machine() override { std::filesystem::remove_all(root_); }

  void put(const std::string& path, std::string_view text) const {
    std::filesystem::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path) << text << '\n';
  }
  void put_amd_card() const {
    const std::string device = "sys/class/drm/card1/device/";
    put(device + "vendor", "0x1002");
    put(device + "uevent", "DRIVER=amdgpu\nPCI_ID=1002:744C\nPCI_SLOT_NAME=0000:03:00.0");
    put(device + "mem_info_vram_total", "25753026560");
    put(device + "mem_info_vram_used", "1153433600");
    put(device + "mem_info_gtt_total", "16777216000");
    put(device + "mem_info_gtt_used", "52428800");
    put("sys/class/drm/card1-DP-1/status", "connected");
    put("sys/class/drm/renderD128/dev", "226:128");
  }

  std::filesystem::path root_ =
      std::filesystem::path(testing::TempDir()) / std::format("plim-hw-{}", getpid());
};

TEST_F(Machine, CountsProcessorsAndCores) {
  EXPECT_EQ(read_cpu(root_), (Cpu{"AMD Ryzen 7 7840U", 4, 4, 2}));
  put("proc/self/status", "Cpus_allowed_list:\t1,3");
  EXPECT_EQ(read_cpu(root_), (Cpu{"AMD Ryzen 7 7840U", 4, 2, 2}));
  put("sys/fs/cgroup/cpu.max", "100000 100000");
  EXPECT_EQ(read_cpu(root_), (Cpu{"AMD Ryzen 7 7840U", 4, 1, 1}));
}

TEST_F(Machine, WithoutTopologyCountsEachProcessorAsACore) {
  std::filesystem::remove_all(root_ / "sys");
  EXPECT_EQ(read_cpu(root_), (Cpu{"AMD Ryzen 7 7840U", 1, 4, 4}));
}

TEST(CpuList, AcceptsWhatTheKernelWritesAndNothingElse) {
  EXPECT_EQ(parse_cpu_list("0-2,8"), (std::set<int>{0, 1, 2, 8}));
  for (const auto* bad : {"", "a", "3-1", "0-99999999", "-1", "1,,2"}) {
    EXPECT_EQ(parse_cpu_list(bad), std::nullopt) << bad;
  }
}

TEST_F(Machine, HasTheMemoryTheKernelStates) {
  const auto reading = read_memory(root_);
  ASSERT_TRUE(reading) << reading.error().message;
  EXPECT_EQ(reading->memory, (Memory{.total = 32000_MiB, .available = 20000_MiB}));
  EXPECT_EQ(reading->memory.usable(), 20000_MiB);
  ASSERT_EQ(reading->notes.size(), 1U);
  EXPECT_EQ(reading->notes.front().source, "cgroup");
}

TEST_F(Machine, IsBoundByTheTightestGroupAboveTheProcess) {
  put("proc/self/cgroup", "0::/user.slice/app.scope");
  put("sys/fs/cgroup/user.slice/app.scope/memory.max", "max");
  put("sys/fs/cgroup/user.slice/app.scope/memory.current", "1048576");
  put("sys/fs/cgroup/user.slice/memory.max", "8589934592");
  put("sys/fs/cgroup/user.slice/memory.current", "3221225472");
  put("sys/fs/cgroup/user.slice/memory.stat", "anon 1\ninactive_file 1073741824\nactive_file 5");
  const auto reading = read_memory(root_);
  ASSERT_TRUE(reading) << reading.error().message;
  EXPECT_EQ(reading->memory.limit, (MemoryLimit{"/user.slice", 8_GiB, 2_GiB}));
  EXPECT_EQ(reading->memory.usable(), 6_GiB);
  EXPECT_EQ(reading->memory.capacity(), 8_GiB);
  EXPECT_THAT(reading->notes, IsEmpty());
}

TEST_F(Machine, UnderstandsTheOldGroupHierarchyAndContainers) {
  put("proc/self/cgroup", "12:cpu:/\n9:memory:/docker/abc\n0::/");
  put("sys/fs/cgroup/memory/memory.limit_in_bytes", "4294967296");
  put("sys/fs/cgroup/memory/memory.usage_in_bytes", "1073741824");
  put("sys/fs/cgroup/memory/memory.stat", "cache 7\ntotal_inactive_file 0");
  EXPECT_EQ(read_memory(root_)->memory.limit, (MemoryLimit{"/", 4_GiB, 1_GiB}));
  put("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712");
  EXPECT_EQ(read_memory(root_)->memory.limit, std::nullopt);
}

TEST_F(Machine, WithoutMeminfoIsAnErrorNotZero) {
  std::filesystem::remove(root_ / "proc/meminfo");
  const auto reading = read_memory(root_);
  ASSERT_FALSE(reading);
  EXPECT_EQ(reading.error().code, Errc::io);
  put("proc/meminfo", "MemTotal: lots");
  EXPECT_THAT(read_memory(root_).error().message, HasSubstr("does not state"));
}

TEST_F(Machine, ReadsAnAmdCardWithItsUsers) {
  put_amd_card();
  put("proc/77/comm", "firefox");
  const std::string fdinfo =
      "pos:\t0\ndrm-driver:\tamdgpu\ndrm-client-id:\t5\ndrm-pdev:\t0000:03:00.0\n"
      "drm-memory-vram:\t999 KiB\ndrm-resident-vram:\t307200 KiB\ndrm-resident-gtt:\t1024 KiB";
  put("proc/77/fdinfo/12", fdinfo);
  put("proc/77/fdinfo/13", fdinfo);  // a duplicate of the same client
  put("proc/77/fdinfo/14", "pos:\t0\nflags:\t02");
  put("proc/not-a-process/fdinfo/1", fdinfo);
  const auto reading = read_drm(root_, Memory{});
  const Gpu card{.name = "AMD GPU 1002:744C",
                 .pci = "0000:03:00.0",
                 .driver = "amdgpu",
                 .total = Bytes{25753026560},
                 .free = Bytes{25753026560 - 1153433600},
                 .processes = {{77, "firefox", 301_MiB}}};
  EXPECT_THAT(reading.gpus, ElementsAre(card));
  EXPECT_THAT(reading.notes, IsEmpty());
}

TEST_F(Machine, CountsAnIntegratedAmdGpuByWhatItCanReach) {
  put_amd_card();
  put("sys/class/drm/card1/device/mem_info_vram_total", "536870912");
  put("sys/class/drm/card1/device/mem_info_vram_used", "530000000");
  const auto reading = read_drm(root_, Memory{.total = 32_GiB, .available = 10_GiB});
  ASSERT_EQ(reading.gpus.size(), 1U);
  EXPECT_EQ(reading.gpus.front().kind, GpuKind::unified);
  EXPECT_EQ(reading.gpus.front().total, Bytes{536870912 + 16777216000});
  EXPECT_EQ(reading.gpus.front().free, 10_GiB);
}

TEST_F(Machine, SaysWhenACardDoesNotTellItsMemory) {
  put_amd_card();
  std::filesystem::remove(root_ / "sys/class/drm/card1/device/mem_info_vram_used");
  const auto reading = read_drm(root_, Memory{});
  EXPECT_THAT(
      reading.notes,
      ElementsAre(Note{"drm", "AMD GPU 1002:744C (0000:03:00.0) does not tell its memory."}));
}

TEST_F(Machine, NotesAnNvidiaCardWithoutItsDriver) {
  put("sys/class/drm/card0/device/vendor", "0x10de");
  put("sys/class/drm/card0/device/uevent", "PCI_ID=10DE:2684\nPCI_SLOT_NAME=0000:01:00.0");
  const auto hardware = probe({.root = root_, .nvml_library = "libdoes-not-exist.so"});
  ASSERT_TRUE(hardware) << hardware.error().message;
  ASSERT_EQ(hardware->gpus.size(), 1U);
  EXPECT_THAT(hardware->notes, testing::Contains(testing::Field(&Note::source, "nvml")));
}

TEST_F(Machine, KeepsGoingWhenTheEngineCannotBeAsked) {
  const auto hardware =
      probe({.root = root_, .nvml_library = "", .engine = root_ / "no-llama-server"});
  ASSERT_TRUE(hardware) << hardware.error().message;
  EXPECT_THAT(hardware->gpus, IsEmpty());
  EXPECT_THAT(hardware->notes, testing::Contains(testing::Field(&Note::source, "engine")));
}

/// NVIDIA's interface, played by tests/fakes/fake_nvml.cpp.
class Nvml : public Machine {
 protected:
  Nvml() {
    put("proc/4242/comm", "ollama");
    put("proc/1313/comm", "Xorg");
  }
  ~Nvml() override { unsetenv("FAKE_NVML"); }

  GpuReading read(const char* mode = "") const {
    setenv("FAKE_NVML", mode, 1);
    return read_nvml(PLIM_BINARY_DIR "/bin/libfake_nvml.so", root_);
  }
};

TEST_F(Nvml, TellsCardsAndWhoUsesThem) {
  const auto reading = read();
  const Gpu first{.name = "NVIDIA GeForce RTX 4090",
                  .pci = "0000:01:00.0",
                  .uuid = "GPU-4e1bd8a5-1c5d-2b39-8f5a-1f0a4c7e2a11",
                  .driver = "nvidia 580.65.06",
                  .total = 24564_MiB,
                  .free = 23010_MiB,
                  .processes = {{4242, "ollama", 900_MiB}, {1313, "Xorg", 310_MiB}}};
  const Gpu second{.name = "NVIDIA GeForce RTX 3060",
                   .pci = "0000:0a:00.0",
                   .uuid = "GPU-9c0a7f3e-77aa-4d10-b7c2-5d2e8f9b1c22",
                   .driver = "nvidia 580.65.06",
                   .total = 12288_MiB,
                   .free = 11901_MiB};
  EXPECT_THAT(reading.gpus, ElementsAre(first, second));
  EXPECT_THAT(reading.notes, IsEmpty());
}

TEST_F(Nvml, NotesADriverThatDoesNotAnswer) {
  const auto reading = read("dead");
  EXPECT_THAT(reading.gpus, IsEmpty());
  EXPECT_THAT(reading.notes,
              ElementsAre(Note{"nvml", "NVIDIA's driver does not answer: Driver Not Loaded."}));
}

TEST_F(Nvml, NotesMissingMemoryFiguresAndTakesThemForUnified) {
  const auto reading = read("unified");
  ASSERT_EQ(reading.gpus.size(), 2U);
  EXPECT_EQ(reading.gpus.front().kind, GpuKind::unified);
  EXPECT_EQ(reading.notes.front(),
            (Note{"nvml", "NVIDIA GeForce RTX 4090 does not tell its memory: Not Supported."}));
}

TEST_F(Nvml, NotesProcessListsItMayNotRead) {
  const auto reading = read("private");
  EXPECT_THAT(reading.gpus.front().processes, IsEmpty());
  EXPECT_THAT(reading.notes, ElementsAre(Note{"nvml",
                                              "Who uses NVIDIA GeForce RTX 4090 cannot be read: "
                                              "Insufficient Permissions."}));
}

TEST_F(Nvml, KeepsProcessesWhoseMemoryIsUnknown) {
  EXPECT_THAT(
      read("wddm").gpus.front().processes,
      testing::UnorderedElementsAre(GpuProcess{4242, "ollama", {}}, GpuProcess{1313, "Xorg", {}}));
}

TEST_F(Nvml, AbsentIsNoNews) {
  const auto reading = read_nvml("libno-such-library.so.1", root_);
  EXPECT_THAT(reading.gpus, IsEmpty());
  EXPECT_THAT(reading.notes, IsEmpty());
}

TEST(DeviceList, IsReadAsTheEnginePrintsIt) {
  EXPECT_THAT(*parse_device_list("ggml_vulkan: Found 1\nAvailable devices:\n  Vulkan0: llvmpipe "
                                 "(LLVM 21.1.8, 256 bits) (24105 MiB, 21807 MiB free)\n"),
              ElementsAre(EngineDevice{"Vulkan0", "llvmpipe (LLVM 21.1.8, 256 bits)", 24105_MiB,
                                       21807_MiB}));
  EXPECT_THAT(*parse_device_list("Available devices:\n  (none)\n"), IsEmpty());
}

TEST(DeviceList, IgnoresLinesItDoesNotUnderstand) {
  EXPECT_THAT(*parse_device_list("Available devices:\nCUDA0\nCUDA1: x (a MiB, b MiB free)\n"
                                 "CUDA2: y (99999999999 MiB, 1 MiB free)\n: (1 MiB)\n"),
              IsEmpty());
  EXPECT_EQ(parse_device_list("error: unknown argument").error().code, Errc::protocol);
}

Gpu nvidia(std::string pci, Bytes free) {
  return {
      .name = "NVIDIA GeForce RTX 4090", .pci = std::move(pci), .total = 24564_MiB, .free = free};
}

TEST(JoinedDevices, AreOnePerCardUnderTheVendorsBackend) {
  const auto joined = join_devices({nvidia("0000:01:00.0", 23_GiB)},
                                   {{"Vulkan0", "NVIDIA GeForce RTX 4090", 24564_MiB, 23_GiB},
                                    {"CUDA0", "NVIDIA GeForce RTX 4090", 24080_MiB, 23_GiB}});
  auto expected = nvidia("0000:01:00.0", 23_GiB);
  expected.engine_device = "CUDA0";
  EXPECT_THAT(joined, ElementsAre(expected));
}

TEST(JoinedDevices, TellEqualCardsApartByWhatIsFree) {
  const auto joined = join_devices({nvidia("0000:01:00.0", 8_GiB), nvidia("0000:02:00.0", 23_GiB)},
                                   {{"CUDA0", "NVIDIA GeForce RTX 4090", 24080_MiB, 23_GiB},
                                    {"CUDA1", "NVIDIA GeForce RTX 4090", 24080_MiB, 8_GiB}});
  ASSERT_EQ(joined.size(), 2U);
  EXPECT_EQ(joined[0].pci, "0000:02:00.0");
  EXPECT_EQ(joined[0].engine_device, "CUDA0");
  EXPECT_EQ(joined[1].engine_device, "CUDA1");
}

TEST(JoinedDevices, GiveAKernelsCardTheEnginesName) {
  const Gpu card{.name = "AMD GPU 1002:744C", .pci = "0000:03:00.0", .total = 24560_MiB};
  const auto joined = join_devices(
      {card}, {{"Vulkan0", "AMD Radeon RX 7900 XTX (RADV NAVI31)", 24560_MiB, 23000_MiB}});
  ASSERT_EQ(joined.size(), 1U);
  EXPECT_EQ(joined.front().name, "AMD Radeon RX 7900 XTX (RADV NAVI31)");
  EXPECT_EQ(joined.front().pci, "0000:03:00.0");
  EXPECT_EQ(joined.front().engine_device, "Vulkan0");
}

TEST(JoinedDevices, KeepWhatOnlyOneSideSees) {
  const auto joined = join_devices({nvidia("0000:01:00.0", 1_GiB)},
                                   {{"Vulkan0", "llvmpipe (LLVM 21.1.8, 256 bits)", 24_GiB, 20_GiB},
                                    {"Vulkan1", "Intel(R) Arc(TM) Graphics", 16_GiB, 9_GiB},
                                    {"Vulkan2", "Intel(R) Arc(TM) A770 Graphics", 16_GiB, 15_GiB}});
  ASSERT_EQ(joined.size(), 4U);
  EXPECT_EQ(joined[0].kind, GpuKind::software);
  EXPECT_EQ(joined[1].kind, GpuKind::unified);
  EXPECT_EQ(joined[2].kind, GpuKind::discrete);
  EXPECT_EQ(joined[3].engine_device, "");
}

TEST(PciAddress, IsWrittenAsTheKernelDoes) {
  EXPECT_EQ(normal_pci("00000000:0A:00.0"), "0000:0a:00.0");
  EXPECT_EQ(normal_pci("0a:00.0"), "0000:0a:00.0");
  EXPECT_EQ(normal_pci("0000:0a:00.0"), "0000:0a:00.0");
  EXPECT_EQ(normal_pci(""), "");
}

TEST(Fdinfo, ReadsEachDriversRegions) {
  EXPECT_EQ(parse_fdinfo("drm-pdev:\t0000:00:02.0\ndrm-client-id: 9\n"
                         "drm-resident-system0:\t4 MiB\ndrm-resident-stolen-local0: 64 KiB"),
            (DrmClient{"0000:00:02.0", "9", Bytes{}, 4_MiB}));
  EXPECT_EQ(parse_fdinfo("drm-pdev:\t0000:03:00.0\ndrm-client-id: 9\n"
                         "drm-memory-vram: 2048 KiB\ndrm-memory-gtt: 1024 KiB"),
            (DrmClient{"0000:03:00.0", "9", 2_MiB, 1_MiB}));
  EXPECT_EQ(parse_fdinfo("pos: 0\nflags: 02"), std::nullopt);
}

}  // namespace
}  // namespace plim::hw
