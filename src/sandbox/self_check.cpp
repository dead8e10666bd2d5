#include "sandbox/self_check.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <format>
#include <ranges>

#include <netinet/in.h>
#include <sys/socket.h>

#include <unistd.h>

namespace plim::sandbox {
namespace {

constexpr auto namespaces = std::to_array<std::string_view>({"net", "pid", "mnt", "ipc", "uts"});

/// What the kernel says of a process that can gain nothing: no capabilities now or by setuid
/// programs, and the filter in force.
constexpr auto sealed =
    std::to_array<std::string_view>({"CapPrm:\t0000000000000000\n", "CapEff:\t0000000000000000\n",
                                     "NoNewPrivs:\t1\n", "Seccomp:\t2\n"});

}  // namespace

SelfCheck::SelfCheck() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  // Without a listener there is less to try; the network namespace is compared all the same.
  if (::bind(listener_.get(), generic, size) != 0 || ::listen(listener_.get(), 1) != 0) return;
  if (::getsockname(listener_.get(), generic, &size) == 0) port_ = ntohs(address.sin_port);
}

std::string SelfCheck::script() const {
  return std::format(R"(exec 2>/dev/null
for file in / /usr/ /etc/ /dev/ /proc/; do (: > "$file.plim-probe") && echo "writes $file"; done
(: >> /proc/sys/kernel/core_pattern) && echo 'writes /proc/sys'
(: < /dev/tcp/127.0.0.1/{}) && echo 'connects to the host'
test -e /sys/kernel && echo 'sees /sys'
unshare --user true && echo 'makes namespaces'
echo namespaces $(readlink /proc/self/ns/*)
grep -E '^(CapPrm|CapEff|NoNewPrivs|Seccomp):' /proc/self/status
echo end
)",
                     port_);
}

Result<void> SelfCheck::judge(std::string_view output) const {
  std::string holes;
  const auto note = [&](std::string_view hole) {
    holes.append(holes.empty() ? "" : ", ").append(hole);
  };
  const auto first_fact = std::min(output.find("namespaces "), output.size());
  for (const auto line : output.substr(0, first_fact) | std::views::split('\n')) {
    if (!line.empty()) note(std::string_view(line));
  }
  for (const auto name : namespaces) {
    std::error_code bad;
    const auto ours = std::filesystem::read_symlink(std::format("/proc/self/ns/{}", name), bad);
    if (bad || output.contains(ours.native())) note(std::format("shares the {} namespace", name));
  }
  for (const auto line : sealed) {
    if (!output.contains(line)) note(std::format("lacks {}", line.substr(0, line.find(':'))));
  }
  if (!output.ends_with("end\n")) note("did not finish");
  if (holes.empty()) return {};
  return fail(Errc::denied, "the sandbox does not hold on this system: its test command {}", holes);
}

}  // namespace plim::sandbox
