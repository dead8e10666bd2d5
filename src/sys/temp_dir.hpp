#pragma once

#include <filesystem>
#include <string_view>

#include "base/error.hpp"

namespace plim::sys {

/// A fresh directory (0700), removed with all it holds when destroyed.
class TempDir {
 public:
  /// Makes PARENT/PREFIX-XXXXXX. Errors: denied, not_found, capacity, io.
  [[nodiscard]] static Result<TempDir> make(const std::filesystem::path& parent,
                                            std::string_view prefix);
  TempDir(TempDir&& other) noexcept;
  TempDir& operator=(TempDir&& other) noexcept;
  ~TempDir();

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  explicit TempDir(std::filesystem::path path) : path_(std::move(path)) {}

  std::filesystem::path path_;
};

}  // namespace plim::sys
