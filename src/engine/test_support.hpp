// Real processes for the tests of engine/: the fake server, the real one, and a tiny model.
#pragma once

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "engine/launch.hpp"
#include "engine/local_engine.hpp"
#include "sys/process.hpp"
#include "sys/read_some.hpp"
#include "sys/temp_dir.hpp"

namespace plim::engine::test {

namespace fs = std::filesystem;

inline sys::TempDir make_dir() { return sys::TempDir::make("/tmp", "engine-test").value(); }

inline void write_file(const fs::path& file, std::string_view text) {
  std::ofstream(file, std::ios::binary) << text;
}

inline std::string read_file(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline fs::path fake_program() { return fs::path(PLIM_BINARY_DIR) / "bin" / "fake_llama_server"; }

inline fs::path program(const std::string& name) {
  return sys::find_program(name, "/usr/local/bin:/usr/bin:/bin:/usr/sbin").value_or("");
}

/// A fake server on a port of its own, as somebody else's endpoint.
class FakeServer {
 public:
  FakeServer(std::string_view script, std::vector<std::string> more = {}) {
    write_file(dir_.path() / "model.jsonl", script);
    std::vector<std::string> argv{fake_program().string(), "--script",
                                  (dir_.path() / "model.jsonl").string(), "--record",
                                  (dir_.path() / "requests.jsonl").string()};
    argv.insert(argv.end(), more.begin(), more.end());
    process_ = sys::Process::spawn({.argv = argv, .env = {"PATH=/usr/bin:/bin"}}).value();
    std::array<char, 256> buffer{};
    constexpr std::string_view label = "listening on ";
    std::string said;
    while (!said.contains(label) || !said.contains('\n')) {
      const auto got = sys::read_some(process_->output(), buffer, {}).value_or(0);
      if (got == 0) break;
      said.append(buffer.data(), got);
    }
    const auto at = said.find(label);
    if (at != std::string::npos) port_ = std::atoi(said.c_str() + at + label.size());
  }

  [[nodiscard]] std::string url() const { return std::format("http://127.0.0.1:{}", port_); }
  [[nodiscard]] std::string requests() const { return read_file(dir_.path() / "requests.jsonl"); }

 private:
  sys::TempDir dir_ = make_dir();
  std::optional<sys::Process> process_;
  int port_ = 0;
};

/// The tiny model's bytes, made once for the whole test program.
inline const fs::path& tiny_gguf() {
  static const sys::TempDir dir = make_dir();
  static const fs::path file = [] {
    const auto out = dir.path() / "tiny.gguf";
    const auto made =
        sys::run({.argv = {program("python3").string(),
                           PLIM_SOURCE_DIR "/tests/tiny_gguf/make_tiny_gguf.py", out.string()},
                  .env = {"PATH=/usr/bin:/bin"}},
                 {});
    EXPECT_TRUE(made && made->status.code == 0);
    return out;
  }();
  return file;
}

inline plan::RunPlan cpu_plan(const fs::path& model) {
  return {.files = {model},
          .model = "tiny",
          .device = "none",
          .context = {1024},
          .batch = 512,
          .ubatch = 128,
          .threads = 1,
          .cache_ram = 16_MiB,
          .checkpoints = 2};
}

/// The real engine on the CPU, isolated.
inline LaunchOptions real_options(const sys::TempDir& dir) {
  return {.program = program("llama-server"),
          .plan = cpu_plan(tiny_gguf()),
          .run_dir = dir.path(),
          .log_file = dir.path() / "engine.log",
          .bwrap = program("bwrap"),
          .first_pause = std::chrono::milliseconds(1)};
}

/// The fake as the engine, on the loopback, with arguments nobody hands it.
inline LaunchOptions fake_options(const sys::TempDir& dir, const std::vector<std::string>& args) {
  const auto home = dir.path() / "fake";
  fs::create_directory(home);
  fs::create_symlink(fake_program(), home / "llama-server");
  std::string lines;
  for (const auto& arg : args) lines += arg + '\n';
  write_file(home / "fake.args", lines);
  auto options = real_options(dir);
  options.program = home / "llama-server";
  options.bwrap.clear();
  return options;
}

/// The processes whose command line has `word` in it.
inline std::set<std::string> processes_with(std::string_view word) {
  std::set<std::string> pids;
  for (const auto& entry : fs::directory_iterator("/proc")) {
    const auto pid = entry.path().filename().string();
    if (pid.front() < '0' || pid.front() > '9') continue;
    if (read_file(entry.path() / "cmdline").contains(word)) pids.insert(pid);
  }
  return pids;
}

/// `pid` and everything it started, and so on.
inline std::set<std::string> family(const std::string& pid) {
  std::set<std::string> all{pid};
  std::ifstream children(std::format("/proc/{}/task/{}/children", pid, pid));
  for (std::string child; children >> child;) all.merge(family(child));
  return all;
}

/// The one process that computes: the youngest of the family `word` starts.
inline std::string engine_pid(std::string_view word) {
  for (const auto& pid : processes_with(word))
    for (const auto& member : family(pid))
      if (fs::path(read_file(std::format("/proc/{}/comm", member)))
              .string()
              .starts_with("llama-server"))
        return member;
  return {};
}

inline void kill_hard(const std::string& pid) {
  EXPECT_TRUE(sys::run({.argv = {program("kill").string(), "-9", pid}, .env = {}}, {}));
}

inline chat::Transcript ask(std::string text) {
  return {{.role = chat::Role::user, .content = std::move(text)}};
}

const inline Sink ignore = [](const Delta&) {};

}  // namespace plim::engine::test
