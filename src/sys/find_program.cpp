#include <ranges>
#include <string_view>

#include <sys/stat.h>

#include <unistd.h>

#include "sys/process.hpp"

namespace plim::sys {
namespace {

bool runnable(const std::filesystem::path& file) {
  struct stat info{};
  return ::stat(file.c_str(), &info) == 0 && S_ISREG(info.st_mode) &&
         ::access(file.c_str(), X_OK) == 0;
}

}  // namespace

Result<std::filesystem::path> find_program(const std::string& program, const std::string& path) {
  if (program.contains('/')) {
    std::error_code bad;
    auto file = std::filesystem::absolute(program, bad);
    if (!bad && runnable(file)) return file;
    return fail(Errc::not_found, "{} is not a program that can be started", program);
  }
  for (const auto entry : path | std::views::split(':')) {
    const std::filesystem::path folder{std::string_view(entry)};
    if (program.empty() || !folder.is_absolute()) continue;
    if (auto file = folder / program; runnable(file)) return file;
  }
  return fail(Errc::not_found, "{} is not installed (looked in {})", program, path);
}

}  // namespace plim::sys
