#include "sys/bwrap.hpp"

#include <algorithm>
#include <array>
#include <fstream>

#include <sys/mman.h>

#include <fcntl.h>
#include <unistd.h>

#include "sys/errno.hpp"
#include "sys/process.hpp"

namespace plim::sys {
namespace {

using std::filesystem::path;

long read_number(const path& file, long missing) {
  std::ifstream in(file);
  long value = missing;
  in >> value;
  return in ? value : missing;
}

/// The switch that most likely forbids user namespaces here, and what turns it.
std::string remedy() {
  const path kernel = "/proc/sys/kernel";
  if (read_number(kernel / "apparmor_restrict_unprivileged_userns", 0) != 0) {
    return "AppArmor forbids user namespaces here. Mend it with `sudo apt install "
           "apparmor-profiles && sudo ln -s "
           "/usr/share/apparmor/extra-profiles/bwrap-userns-restrict /etc/apparmor.d/ && sudo "
           "systemctl reload apparmor`";
  }
  if (read_number(kernel / "unprivileged_userns_clone", 1) == 0) {
    return "Mend it with `sudo sysctl -w kernel.unprivileged_userns_clone=1`";
  }
  if (read_number("/proc/sys/user/max_user_namespaces", 1) == 0) {
    return "Mend it with `sudo sysctl -w user.max_user_namespaces=10000`";
  }
  if (std::filesystem::exists("/.dockerenv") || std::filesystem::exists("/run/.containerenv")) {
    return "A container's default profile forbids user namespaces; start it with `--security-opt "
           "seccomp=unconfined --security-opt systempaths=unconfined --cap-add SYS_ADMIN`, or run "
           "plim outside it";
  }
  return "This system does not let a user make namespaces";
}

using Flags = std::vector<std::string>;

/// Nothing when they work, else what bubblewrap says.
Result<std::string> try_namespaces(const path& bwrap, const Flags& flags, std::stop_token stop) {
  Command command{.argv = {bwrap.string()}};
  command.argv.append_range(flags);
  command.argv.append_range(Flags{"--die-with-parent", "--cap-drop", "ALL", "--ro-bind", "/", "/",
                                  "--dev", "/dev", "--proc", "/proc", "--remount-ro", "/proc", "--",
                                  "/bin/true"});
  const auto result = TRY(run(command, {.timeout = std::chrono::seconds(20)}, std::move(stop)));
  if (result.status == ExitStatus{}) return "";
  if (result.timed_out) return "bwrap did not answer in 20 seconds";
  if (result.head.empty()) return std::format("bwrap ended with {}", result.status.code);
  return result.head.substr(0, result.head.find('\n'));
}

}  // namespace

std::span<const path> bwrap_places() {
  static const std::array<path, 3> places{"/usr/bin/bwrap", "/usr/local/bin/bwrap", "/bin/bwrap"};
  return places;
}

Result<path> find_bwrap(std::span<const path> places) {
  for (const auto& place : places) {
    if (const auto found = find_program(place.string(), "")) return *found;
  }
  return fail(Errc::not_found,
              "bubblewrap is not installed; mend it with `sudo apt install bubblewrap` (or your "
              "distribution's bubblewrap package)");
}

std::vector<std::string> all_bwrap_namespaces() {
  return {"--unshare-all", "--unshare-user", "--disable-userns"};
}

Result<std::vector<std::string>> bwrap_namespaces(const path& bwrap, std::stop_token stop) {
  const Flags all = all_bwrap_namespaces();
  // Root needs no user namespace, and where /proc is partly covered, as in a container or in
  // another bubblewrap, the kernel lets only a namespace's owner mount a fresh one.
  const Flags without_user{"--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts",
                           "--unshare-cgroup-try"};
  const auto words = TRY(try_namespaces(bwrap, all, stop));
  if (words.empty()) return Flags(all);
  if (::geteuid() == 0 && TRY(try_namespaces(bwrap, without_user, stop)).empty()) {
    return Flags(without_user);
  }
  return fail(Errc::denied, "{}. {}", words, remedy());
}

Result<UniqueFd> text_fd(std::string_view text) {
  UniqueFd fd(::memfd_create("plim", MFD_CLOEXEC));
  if (!fd) return fail_errno("making a file in memory");
  while (!text.empty()) {
    const auto written = ::write(fd.get(), text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return fail_errno("filling a file in memory");
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::lseek(fd.get(), 0, SEEK_SET) != 0) return fail_errno("rewinding a file in memory");
  return fd;
}

Result<UniqueFd> bwrap_args_fd(const std::vector<std::string>& arguments) {
  std::string all;
  for (const auto& argument : arguments) {
    if (argument.contains('\0')) return fail(Errc::invalid, "an argument contains a NUL byte");
    all.append(argument).push_back('\0');
  }
  return text_fd(all);
}

}  // namespace plim::sys
