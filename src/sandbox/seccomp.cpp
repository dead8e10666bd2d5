#include "sandbox/seccomp.hpp"

#include <array>
#include <cerrno>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include <linux/sched.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include <fcntl.h>
#include <seccomp.h>
#include <unistd.h>

#include "sys/errno.hpp"
#include "sys/unique_fd.hpp"

namespace plim::sandbox {
namespace {

using Filter = std::unique_ptr<void, decltype([](void* filter) { ::seccomp_release(filter); })>;

// By name: a name this kernel or library does not know yet is skipped, not an error.
constexpr auto always_denied = std::to_array<std::string_view>({
    // kernel interfaces that are rich in holes and that no build or test needs
    "io_uring_setup",
    "io_uring_enter",
    "io_uring_register",
    "bpf",
    "perf_event_open",
    "userfaultfd",
    "fanotify_init",
    "lookup_dcookie",
    "uselib",
    "nfsservctl",
    "vm86",
    "vm86old",
    // kernel keys: not part of any namespace, so shared with the user's session
    "keyctl",
    "add_key",
    "request_key",
    // the machine
    "kexec_load",
    "kexec_file_load",
    "init_module",
    "finit_module",
    "delete_module",
    "create_module",
    "query_module",
    "get_kernel_syms",
    "reboot",
    "swapon",
    "swapoff",
    "acct",
    "syslog",
    "quotactl",
    "quotactl_fd",
    "settimeofday",
    "clock_settime",
    "clock_adjtime",
    "stime",
    "iopl",
    "ioperm",
    "vhangup",
    "sethostname",
    "setdomainname",
    "_sysctl",
    // mounts and namespaces, which could take the view apart
    "mount",
    "umount",
    "umount2",
    "pivot_root",
    "chroot",
    "move_mount",
    "open_tree",
    "open_tree_attr",
    "fsopen",
    "fsconfig",
    "fsmount",
    "fspick",
    "mount_setattr",
    "unshare",
    "setns",
    "open_by_handle_at",
    "name_to_handle_at",
});

constexpr auto denied_without_debuggers = std::to_array<std::string_view>({
    "ptrace",
    "process_vm_readv",
    "process_vm_writev",
    "process_madvise",
    "pidfd_getfd",
    "kcmp",
});

constexpr std::uint32_t eperm = SCMP_ACT_ERRNO(EPERM);

/// Adds rules and remembers the first failure, so that the list reads as a list.
class Rules {
 public:
  explicit Rules(scmp_filter_ctx filter) : filter_(filter) {}

  void deny(std::span<const std::string_view> names) {
    for (const auto name : names) deny(name, {});
  }
  void deny(std::string_view name, std::span<const scmp_arg_cmp> when,
            std::uint32_t action = eperm) {
    const int number = ::seccomp_syscall_resolve_name(std::string(name).c_str());
    if (number == __NR_SCMP_ERROR || number < 0) return;
    note(::seccomp_rule_add_array(filter_, action, number, static_cast<unsigned>(when.size()),
                                  when.data()));
  }
  void note(int result) {
    if (result < 0 && error_ == 0) error_ = -result;
  }
  [[nodiscard]] int error() const { return error_; }

 private:
  scmp_filter_ctx filter_;
  int error_ = 0;
};

scmp_arg_cmp equals(unsigned argument, std::uint64_t value) {
  return {argument, SCMP_CMP_EQ, value, 0};
}

/// Typing into the user's terminal (CVE-2017-5226). The kernel looks at the low 32 bits only
/// (CVE-2019-10063).
void deny_terminal_input(Rules& rules) {
  for (const int request : {TIOCSTI, TIOCLINUX}) {
    const auto value = static_cast<std::uint64_t>(request);
    const std::array when{scmp_arg_cmp{1, SCMP_CMP_MASKED_EQ, 0xFFFFFFFFU, value}};
    rules.deny("ioctl", when);
  }
}

void deny_new_namespaces(Rules& rules) {
  for (const int name_space : {CLONE_NEWUSER, CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWNET, CLONE_NEWIPC,
                               CLONE_NEWUTS, CLONE_NEWCGROUP}) {
    const auto flag = static_cast<std::uint64_t>(name_space);
#if defined(__s390__)
    const std::array when{scmp_arg_cmp{1, SCMP_CMP_MASKED_EQ, flag, flag}};
#else
    const std::array when{scmp_arg_cmp{0, SCMP_CMP_MASKED_EQ, flag, flag}};
#endif
    rules.deny("clone", when);
  }
  // Its flags lie behind a pointer that a filter cannot follow; told it does not exist, libc
  // falls back to clone.
  rules.deny("clone3", {}, SCMP_ACT_ERRNO(ENOSYS));
}

void deny_socket_families(Rules& rules) {
  constexpr int routing = 0;  // NETLINK_ROUTE: what getifaddrs asks
  for (int family = 0; family < AF_MAX; ++family) {
    if (family == AF_UNIX || family == AF_INET || family == AF_INET6) continue;
    const auto number = static_cast<std::uint64_t>(family);
    const std::array when{equals(0, number)};
    const std::array other_netlink{equals(0, number), scmp_arg_cmp{2, SCMP_CMP_NE, routing, 0}};
    for (const auto* call : {"socket", "socketpair"}) {
      if (family == AF_NETLINK) {
        rules.deny(call, other_netlink);
      } else {
        rules.deny(call, when);
      }
    }
  }
  const std::array unknown{scmp_arg_cmp{0, SCMP_CMP_GE, AF_MAX, 0}};
  rules.deny("socket", unknown);
  for (const std::uint64_t protocol : {33U, 132U}) {  // DCCP and SCTP load old kernel modules
    const std::array when{equals(2, protocol)};
    rules.deny("socket", when);
  }
}

Result<std::string> export_program(scmp_filter_ctx filter) {
  const sys::UniqueFd file(::memfd_create("plim-filter", MFD_CLOEXEC));
  if (!file) return sys::fail_errno("making a file in memory");
  if (const int bad = ::seccomp_export_bpf(filter, file.get()); bad < 0) {
    return sys::fail_errno(-bad, "exporting the system-call filter");
  }
  const auto size = ::lseek(file.get(), 0, SEEK_END);
  if (size <= 0) return fail(Errc::internal, "the system-call filter is empty");
  std::string program(static_cast<std::size_t>(size), '\0');
  if (::pread(file.get(), program.data(), program.size(), 0) != size) {
    return sys::fail_errno("reading the system-call filter");
  }
  return program;
}

}  // namespace

Result<std::string> make_filter(bool debuggers) {
  const Filter filter(::seccomp_init(SCMP_ACT_ALLOW));
  if (filter == nullptr) return fail(Errc::internal, "making the system-call filter");
  Rules rules(filter.get());
  rules.note(::seccomp_attr_set(filter.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS));
  rules.deny(always_denied);
  if (!debuggers) rules.deny(denied_without_debuggers);
  deny_terminal_input(rules);
  deny_new_namespaces(rules);
  deny_socket_families(rules);
  // personality stays allowed: TSan and gdb switch address randomisation off through it.
  if (rules.error() != 0) return sys::fail_errno(rules.error(), "making the system-call filter");
  return export_program(filter.get());
}

}  // namespace plim::sandbox
