#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "sys/append_file.hpp"
#include "sys/directory.hpp"
#include "workspace/checkpoints.hpp"

namespace plim::workspace {

/// The project's files as they were before a command, so that what it changes can be undone.
///
/// Budget: 20,000 files; bytes of files up to 1 MiB, 64 MiB together, in an unnamed file on the
/// disk. Taking it again costs one stat for a file that has not changed.
class CommandSnapshot {
 public:
  [[nodiscard]] static Result<CommandSnapshot> make(const sys::Directory& state_folder);

  /// Brings it up to date with the disk. Errors: io, denied for the root itself only.
  Result<void> take(const sys::Directory& root);

  enum class Kind { created, changed, deleted };
  struct Difference {
    std::string path;
    Kind kind = Kind::changed;
    bool undoable = true;
  };
  /// What is different on the disk now, by path. A file that was only touched may be among it.
  [[nodiscard]] Result<std::vector<Difference>> compare(const sys::Directory& root) const;

  /// The bytes of a changed or deleted file as they were.
  [[nodiscard]] Result<Image> image(const std::string& path) const;
  /// Whether a folder held any file.
  [[nodiscard]] bool had_directory(const std::string& folder) const;

 private:
  struct Entry {
    sys::FileStat stat;
    std::optional<std::uint64_t> offset;  // in scratch_; nothing: over budget
  };

  explicit CommandSnapshot(sys::ScratchFile scratch) : scratch_(std::move(scratch)) {}
  Entry keep(const sys::Directory& root, const std::string& path, const sys::FileStat& stat);
  [[nodiscard]] std::optional<Difference> missing(const sys::Directory& root,
                                                  const std::string& path,
                                                  const Entry& entry) const;

  sys::ScratchFile scratch_;
  std::map<std::string, Entry> entries_;
  std::uint64_t kept_bytes_ = 0;
  bool complete_ = true;  // every file that walk() finds is in entries_
};

}  // namespace plim::workspace
