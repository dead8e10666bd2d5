#include "sandbox/project_check.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <pwd.h>
#include <unistd.h>

namespace plim::sandbox {
namespace {

namespace fs = std::filesystem;

/// Not themselves a project, though a folder inside may be.
constexpr auto never_whole = std::to_array<std::string_view>(
    {"/", "/bin", "/boot", "/home", "/lib", "/lib64", "/media", "/mnt", "/nix", "/opt", "/root",
     "/run", "/sbin", "/srv", "/tmp", "/usr", "/usr/local", "/var", "/var/tmp"});
/// Nor anything inside them.
constexpr auto never_inside =
    std::to_array<std::string_view>({"/boot", "/dev", "/etc", "/proc", "/sys"});

bool is_inside(const fs::path& file, const fs::path& folder) {
  return std::ranges::mismatch(folder, file).in1 == folder.end();
}

fs::path home_folder() {
  std::array<char, 16384> buffer{};
  passwd entry{};
  passwd* found = nullptr;  // NOLINT(misc-const-correctness): getpwuid_r sets it
  ::getpwuid_r(::getuid(), &entry, buffer.data(), buffer.size(), &found);
  if (found == nullptr || found->pw_dir == nullptr) return {};
  std::error_code bad;
  return fs::canonical(found->pw_dir, bad);
}

}  // namespace

Result<fs::path> check_project(const fs::path& project) {
  std::error_code bad;
  auto real = fs::canonical(project, bad);
  if (bad || !fs::is_directory(real, bad)) {
    return fail(Errc::not_found, "{} is not a folder", project.string());
  }
  const auto home = home_folder();
  if (!home.empty() && is_inside(home, real)) {
    return fail(Errc::invalid,
                "{} holds your home folder, which commands must not reach; start plim in a "
                "project's own folder",
                real.string());
  }
  if (std::ranges::contains(never_whole, real.native()) ||
      std::ranges::any_of(never_inside, [&](auto folder) { return is_inside(real, folder); })) {
    return fail(Errc::invalid, "{} belongs to the system; start plim in a project's own folder",
                real.string());
  }
  return real;
}

}  // namespace plim::sandbox
