#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "sys/directory.hpp"
#include "workspace/blob_store.hpp"
#include "workspace/journal.hpp"
#include "workspace/undo.hpp"

namespace plim::workspace {

/// A file's bytes and mode at one moment.
struct Image {
  std::string bytes;
  std::uint32_t mode = 0;
};

/// Makes changes undoable: before-images in a blob store, and the journal of changes. The store of
/// a project holds 1 GiB at most: the oldest changes' images go first, and undo names them as lost.
class Checkpoints {
 public:
  [[nodiscard]] static Result<Checkpoints> open(const std::filesystem::path& folder);

  /// Keeps the before-image of a change that is about to be made. Durable on return.
  Result<void> before_change(Record record, const std::optional<std::string_view>& before_bytes);
  /// The same for changes that a command has made already; their images come with them.
  Result<void> after_command(const std::vector<Record>& records,
                             const std::vector<std::string>& before_bytes);

  /// See Workspace::changed_by.
  [[nodiscard]] Result<std::vector<std::string>> changed_by(const sys::Directory& root,
                                                            const std::string& task) const;
  /// See Workspace::undo.
  Result<UndoReport> undo(const sys::Directory& root, const std::string& task);

 private:
  Result<void> append(std::span<const Record> records);
  void keep_within_quota();

  Checkpoints(BlobStore blobs, Journal journal)
      : blobs_(std::move(blobs)), journal_(std::move(journal)) {}

  Result<void> undo_file(const sys::Directory& root, const std::vector<Record>& changes,
                         UndoReport& report);
  Result<void> restore(const sys::Directory& root, const std::string& path,
                       const std::optional<FileState>& target);

  BlobStore blobs_;
  Journal journal_;
};

}  // namespace plim::workspace
