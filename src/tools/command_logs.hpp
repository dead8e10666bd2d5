#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "sys/directory.hpp"

namespace plim::tools {

/// Whole outputs of commands whose results had to be cut, so that the model can read any range of
/// them later, also in a resumed session. One file each, 1 MiB at most, 64 MiB together: the oldest
/// go first. One thread.
class CommandLogs {
 public:
  /// `directory` is made when the first log is kept.
  explicit CommandLogs(std::filesystem::path directory) : directory_(std::move(directory)) {}

  /// Stores a text; returns the name it has for read and search: "run:3".
  Result<std::string> keep(std::string_view text);
  /// Errors: not_found for a name that is none, or a log that is gone, naming the newest.
  [[nodiscard]] Result<std::string> find(std::string_view name) const;

  /// Whether a path names a log: "run:" and a number.
  [[nodiscard]] static bool is_name(std::string_view path) { return path.starts_with("run:"); }

 private:
  [[nodiscard]] std::size_t newest() const;
  void drop_oldest(const sys::Directory& folder) const;

  std::filesystem::path directory_;
};

}  // namespace plim::tools
