#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>

#include "workspace/file_text.hpp"

namespace plim::workspace {

/// What a model was last shown of each file. Bytes are kept of files up to 256 KiB, 8 MiB
/// together, so that a later change can be shown; of the others the hash only.
class SeenFiles {
 public:
  void remember(const FileText& file);
  /// As if it was never shown.
  void forget(const std::string& path);
  [[nodiscard]] bool knows(const std::string& path) const { return files_.contains(path); }

  /// Nothing when the file was never seen or is as it was. Else its bytes as they were seen, an
  /// inner nothing when they were not kept.
  [[nodiscard]] std::optional<std::optional<std::string>> bytes_if_other(
      const std::string& path, const std::string& hash) const;

 private:
  struct Seen {
    std::string hash;
    std::optional<std::string> bytes;
  };
  std::map<std::string, Seen> files_;
  std::size_t kept_bytes_ = 0;
};

}  // namespace plim::workspace
