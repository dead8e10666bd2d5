#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "sys/append_file.hpp"
#include "sys/directory.hpp"

namespace plim::workspace {

/// What a file holds, by hash.
struct FileState {
  std::string hash;
  std::uint32_t mode = 0;

  friend bool operator==(const FileState&, const FileState&) = default;
};

/// `undone` says that the task's changes to this path before it no longer stand.
enum class Action { edit, command, undone };

/// One change of one file, written before the change is made. A crash between the two leaves a
/// record whose change never happened: the file still is `before`, and undo sees that.
struct Record {
  std::string time;  ///< UTC, set by the journal.
  std::string task;
  Action action = Action::edit;
  std::string path;
  std::optional<FileState> before;            ///< Nothing: the file was not there.
  std::optional<FileState> after;             ///< Nothing: the file is deleted.
  std::vector<std::string> made_directories;  ///< Outermost first.

  friend bool operator==(const Record&, const Record&) = default;
};

/// What was done to a project's files, oldest first: one JSON line a record. Several processes
/// may append.
class Journal {
 public:
  [[nodiscard]] static Result<Journal> open(const std::filesystem::path& folder);

  /// Appends, durable on return; a torn line that a crash left at the end is cut off first.
  Result<void> append(std::span<const Record> records);
  /// Lines that are damaged are left out.
  [[nodiscard]] Result<std::vector<Record>> read() const;
  [[nodiscard]] Result<std::uint64_t> size() const { return file_.size(); }

 private:
  Journal(sys::Directory directory, sys::AppendFile file)
      : directory_(std::move(directory)), file_(std::move(file)) {}

  sys::Directory directory_;
  sys::AppendFile file_;
};

}  // namespace plim::workspace
