#include "sys/temp_dir.hpp"

#include <cstdlib>
#include <string>
#include <utility>

#include "sys/errno.hpp"

namespace plim::sys {

Result<TempDir> TempDir::make(const std::filesystem::path& parent, std::string_view prefix) {
  std::string name = (parent / std::format("{}-XXXXXX", prefix)).string();
  if (::mkdtemp(name.data()) == nullptr) {
    return fail_errno("making a folder in {}", parent.string());
  }
  return TempDir(std::move(name));
}

TempDir::TempDir(TempDir&& other) noexcept : path_(std::exchange(other.path_, {})) {}

TempDir& TempDir::operator=(TempDir&& other) noexcept {
  std::swap(path_, other.path_);
  return *this;
}

TempDir::~TempDir() {
  std::error_code ignored;
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

}  // namespace plim::sys
