#include "engine/isolation.hpp"

#include <algorithm>

#include "base/utf8.hpp"
#include "sys/bwrap.hpp"
#include "sys/process.hpp"

namespace plim::engine {
namespace {

namespace fs = std::filesystem;

class Arguments {
 public:
  explicit Arguments(std::string program) : list_{std::move(program)} {}

  void add(std::initializer_list<std::string> more) {
    list_.insert(list_.end(), more.begin(), more.end());
  }
  void read_only(const fs::path& path) { add({"--ro-bind-try", path.string(), path.string()}); }
  void device(const fs::path& path) { add({"--dev-bind-try", path.string(), path.string()}); }

  std::vector<std::string> take() { return std::move(list_); }

 private:
  std::vector<std::string> list_;
};

// A merged /usr shows as links, an older layout as folders of its own.
void add_system(Arguments& arguments) {
  arguments.read_only("/usr");
  for (const char* name : {"/bin", "/lib", "/lib64", "/lib32", "/sbin"}) {
    std::error_code ignored;
    if (fs::is_symlink(name, ignored))
      arguments.add({"--symlink", fs::read_symlink(name, ignored).string(), name});
    else
      arguments.read_only(name);
  }
  // What the loader and the graphics drivers look up; no accounts, no keys, no names.
  for (const char* name : {"/etc/ld.so.cache", "/etc/alternatives", "/etc/vulkan", "/etc/OpenCL",
                           "/opt/rocm", "/nix/store", "/gnu/store"})
    arguments.read_only(name);
}

// An engine outside /usr brings its libraries along: beside it or in ../lib.
void add_engine(Arguments& arguments, const fs::path& program) {
  std::error_code ignored;
  for (const auto& file : {program, fs::weakly_canonical(program, ignored)}) {
    const auto dir = file.parent_path();
    if (dir.string().starts_with("/usr/")) continue;
    arguments.read_only(dir);
    arguments.read_only(dir.parent_path() / "lib");
  }
}

void add_devices(Arguments& arguments, bool on_gpu) {
  if (!on_gpu) {
    for (const char* name : {"/sys/devices/system/cpu", "/sys/devices/system/node"})
      arguments.read_only(name);
    return;
  }
  arguments.read_only("/sys");
  for (const char* name : {"/dev/dri", "/dev/kfd", "/dev/dxg"}) arguments.device(name);
  std::error_code ignored;
  std::vector<fs::path> nvidia;
  for (const auto& entry : fs::directory_iterator("/dev", ignored))
    if (entry.path().filename().string().starts_with("nvidia")) nvidia.push_back(entry.path());
  std::ranges::sort(nvidia);
  for (const auto& path : nvidia) arguments.device(path);
}

void add_model(Arguments& arguments, std::string_view inner_dir,
               const std::vector<fs::path>& files) {
  for (const auto& file : files) {
    const auto inside = fs::path(inner_dir) / file.filename();
    arguments.add({"--ro-bind", file.string(), inside.string()});
  }
}

}  // namespace

std::vector<std::string> isolate(const LaunchOptions& options, const fs::path& run_dir,
                                 const std::vector<std::string>& namespaces) {
  Arguments arguments(options.bwrap.string());
  for (const auto& flag : namespaces) arguments.add({flag});
  arguments.add({"--cap-drop", "ALL", "--die-with-parent", "--new-session", "--proc", "/proc",
                 "--remount-ro", "/proc", "--dev", "/dev", "--tmpfs", "/tmp"});
  add_system(arguments);
  add_engine(arguments, options.program);
  add_devices(arguments, options.plan.on_gpu);
  add_model(arguments, inner_model_dir, options.plan.files);
  add_model(arguments, inner_draft_dir, options.plan.draft_files);
  if (!options.cache_dir.empty())
    arguments.add({"--bind", options.cache_dir.string(), options.cache_dir.string()});
  if (!options.slots.dir.empty())
    arguments.add({"--bind", options.slots.dir.string(), std::string(inner_slot_dir)});
  arguments.add({"--bind", run_dir.string(), std::string(inner_run_dir), "--chdir", "/", "--"});
  return arguments.take();
}

Result<std::vector<std::string>> find_isolation(const LaunchOptions& options,
                                                const fs::path& run_dir, std::stop_token stop) {
  if (options.bwrap.empty()) return fail(Errc::not_found, "bubblewrap (bwrap) is not there");
  auto namespaces = TRY(sys::bwrap_namespaces(options.bwrap, stop));
  LaunchOptions trial = options;
  trial.plan.files.clear();
  trial.plan.draft_files.clear();  // a missing model is no reason to run without isolation
  auto argv = isolate(trial, run_dir, namespaces);
  argv.insert(argv.end(), {options.program.string(), "--version"});
  const auto ran = TRY(sys::run({.argv = std::move(argv), .env = options.env},
                                {.timeout = std::min<std::chrono::milliseconds>(
                                     std::chrono::seconds(20), options.stall_limit)},
                                std::move(stop)));
  if (ran.status.code == 0) return namespaces;
  return fail(Errc::denied, "llama-server does not start under bwrap: {}",
              terminal_safe(utf8_prefix(ran.head, 200)));
}

}  // namespace plim::engine
