#include "workspace/seen_files.hpp"

namespace plim::workspace {
namespace {

constexpr std::size_t max_file_bytes = 256U << 10U;
constexpr std::size_t max_kept_bytes = 8U << 20U;

}  // namespace

void SeenFiles::remember(const FileText& file) {
  Seen& seen = files_[file.path];
  if (seen.bytes) kept_bytes_ -= seen.bytes->size();
  seen = {.hash = file.hash, .bytes = std::nullopt};
  const std::size_t size = file.bytes.size();
  if (size > max_file_bytes || kept_bytes_ + size > max_kept_bytes) return;
  seen.bytes = file.bytes;
  kept_bytes_ += size;
}

void SeenFiles::forget(const std::string& path) {
  const auto found = files_.find(path);
  if (found == files_.end()) return;
  if (found->second.bytes) kept_bytes_ -= found->second.bytes->size();
  files_.erase(found);
}

std::optional<std::optional<std::string>> SeenFiles::bytes_if_other(const std::string& path,
                                                                    const std::string& hash) const {
  const auto found = files_.find(path);
  if (found == files_.end() || found->second.hash == hash) return std::nullopt;
  return found->second.bytes;
}

}  // namespace plim::workspace
