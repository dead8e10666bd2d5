#include "sandbox/bwrap_args.hpp"

#include <format>
#include <initializer_list>
#include <map>
#include <string_view>

namespace plim::sandbox {
namespace {

namespace fs = std::filesystem;

/// Files of /etc that programs read and that tell nothing about the user. Not shadow, not
/// machine-id, not the private half of ssl, no host's configuration of git, ssh or sudo.
constexpr auto shown_etc = std::to_array<const char*>({"passwd",
                                                       "group",
                                                       "nsswitch.conf",
                                                       "hosts",
                                                       "host.conf",
                                                       "gai.conf",
                                                       "protocols",
                                                       "services",
                                                       "networks",
                                                       "ld.so.cache",
                                                       "ld.so.conf",
                                                       "ld.so.conf.d",
                                                       "alternatives",
                                                       "localtime",
                                                       "timezone",
                                                       "locale.alias",
                                                       "mime.types",
                                                       "os-release",
                                                       "debian_version",
                                                       "lsb-release",
                                                       "redhat-release",
                                                       "fedora-release",
                                                       "ssl/certs",
                                                       "ssl/openssl.cnf",
                                                       "ca-certificates",
                                                       "ca-certificates.conf",
                                                       "pki/tls/certs",
                                                       "pki/ca-trust/extracted",
                                                       "crypto-policies",
                                                       "java",
                                                       "maven",
                                                       "fonts",
                                                       "perl",
                                                       "profile.d",
                                                       "R",
                                                       "texmf",
                                                       "OpenCL",
                                                       "vulkan",
                                                       "gtk-3.0"});

using Args = std::vector<std::string>;

void add(Args& args, std::initializer_list<std::string> more) { args.append_range(more); }

/// /bin and its kin: links into /usr on a merged system, folders elsewhere.
void show_system_folder(Args& args, const fs::path& folder) {
  std::error_code bad;
  const auto type = fs::symlink_status(folder, bad).type();
  if (type == fs::file_type::symlink) {
    add(args, {"--symlink", fs::read_symlink(folder, bad).string(), folder.string()});
  } else if (type == fs::file_type::directory) {
    add(args, {"--ro-bind", folder.string(), folder.string()});
  }
}

void show_etc(Args& args) {
  const fs::path etc = "/etc";
  for (const auto* name : shown_etc) {
    add(args, {"--ro-bind-try", (etc / name).string(), (etc / name).string()});
  }
  // Versioned names, such as java-21-openjdk and python3.14, whose programs need them.
  std::error_code bad;
  for (fs::directory_iterator it(etc, bad), end; !bad && it != end; it.increment(bad)) {
    const auto name = it->path().filename().native();
    if (!name.starts_with("java-") && !name.starts_with("python")) continue;
    add(args, {"--ro-bind", it->path().string(), it->path().string()});
  }
}

void add_scratch(Args& args, std::string_view folder, const char* mode, Bytes size) {
  add(args,
      {"--perms", mode, "--size", std::to_string(size.value), "--tmpfs", std::string(folder)});
}

}  // namespace

std::vector<std::string> system_view() {
  Args args;
  for (const auto* folder : {"/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"}) {
    show_system_folder(args, folder);
  }
  // Toolchains outside the distribution's packages.
  for (const auto* folder : {"/opt", "/nix/store", "/gnu/store"}) {
    add(args, {"--ro-bind-try", folder, folder});
  }
  show_etc(args);
  // /proc read-only: bubblewrap leaves /proc/sys, with the host's core_pattern, writable to root.
  add(args, {"--proc", "/proc", "--remount-ro", "/proc", "--dev", "/dev"});
  return args;
}

std::vector<std::string> project_view(const Policy& policy, const Protection& protection,
                                      Bytes scratch) {
  Args args;
  add_scratch(args, "/dev/shm", "1777", scratch);
  add(args, {"--remount-ro", "/dev"});
  add_scratch(args, "/tmp", "1777", scratch);
  add_scratch(args, "/var/tmp", "1777", scratch);
  add_scratch(args, "/run", "0755", 16_MiB);
  if (policy.home.empty()) {
    add(args, {"--dir", home_inside});
  } else {
    add(args, {"--bind", policy.home.string(), home_inside});
  }
  const auto bind = [&](const char* how, const fs::path& path) {
    add(args, {how, path.string(), path.string()});
  };
  for (const auto& path : policy.readable) bind("--ro-bind-try", path);
  for (const auto& path : protection.linked) bind("--ro-bind", path);
  bind(policy.read_only ? "--ro-bind" : "--bind", policy.project);
  if (!policy.read_only) {
    for (const auto& path : protection.pinned) bind("--bind", path);
    for (const auto& path : protection.frozen) bind("--ro-bind", path);
    if (const auto git = protection.missing_git.string(); !git.empty()) {
      add(args, {"--perms", "0555", "--tmpfs", git, "--remount-ro", git});
    }
  }
  add(args, {"--remount-ro", "/", "--chdir", policy.project.string()});
  return args;
}

std::vector<std::string> environment(const Policy& policy, std::string_view home) {
  std::map<std::string, std::string, std::less<>> values{
      {"CI", "true"},
      {"GIT_OPTIONAL_LOCKS", "0"},
      {"GIT_PAGER", "cat"},
      {"GIT_TERMINAL_PROMPT", "0"},
      {"HOME", std::string(home)},
      {"LANG", "C.UTF-8"},
      {"NO_COLOR", "1"},
      {"PAGER", "cat"},
      {"PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"},
      {"PYTHONDONTWRITEBYTECODE", "1"},
      {"SHELL", "/bin/sh"},
      {"TERM", "dumb"},
      {"TMPDIR", "/tmp"},
  };
  // It would stop over a ptrace that is denied, and fail every test of an ASan build with it.
  if (!policy.debuggers) values.emplace("LSAN_OPTIONS", "detect_leaks=0");
  for (const auto& entry : policy.env) {
    if (const auto equals = entry.find('='); equals != std::string::npos) {
      values.insert_or_assign(entry.substr(0, equals), entry.substr(equals + 1));
    }
  }
  std::vector<std::string> result;
  result.reserve(values.size());
  for (const auto& [name, value] : values) result.push_back(std::format("{}={}", name, value));
  return result;
}

}  // namespace plim::sandbox
