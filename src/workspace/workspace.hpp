// workspace: the user's project: path jail, reading, edits, diffs, checkpoints, undo.
// Does not: run commands (sandbox/), run git, decide what is allowed to be read (policy above).
// Threads: a Workspace belongs to one thread.
// Start at: workspace.hpp, then edit.hpp for how text is matched and journal.hpp for undo.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "workspace/edit.hpp"
#include "workspace/file_text.hpp"
#include "workspace/test_command.hpp"
#include "workspace/undo.hpp"
#include "workspace/walk.hpp"

namespace plim::workspace {

/// A file was written (or a command changed it) and the change can be undone.
struct Change {
  std::string path;
  std::string diff;  ///< Unified, at most 64 KiB.
  int added = 0;     ///< Lines.
  int removed = 0;
  bool created = false;
  bool deleted = false;
  Match match = Match::exact;  ///< How edit_text found its place.
  std::size_t first_line = 1;  ///< The changed region in the new text, 1-based…
  std::size_t last_line = 0;   ///< …and inclusive.

  friend bool operator==(const Change&, const Change&) = default;
};

/// What a command did to the project's files.
struct CommandChanges {
  std::vector<Change> changes;            ///< Undoable. By path.
  std::vector<std::string> not_undoable;  ///< Changed, but had no before-image: over budget.
};

/// Every write goes: check the path, compare with what was last seen, keep a before-image and a
/// journal record on the disk, then replace the file atomically. A crash at any point leaves
/// the old or the new bytes, and an undo that works.
///
/// Paths given to it are a model's: relative to the root (an absolute one beneath it will do).
/// Errors of all that take one: invalid for empty, NUL, "..", a directory or special file;
/// denied for what leaves the root, and, for writes, symbolic links and anything inside .git;
/// not_found with the nearest existing paths.
class Workspace {
 public:
  /// Opens the project at `root` and its undo store in a folder of `state_dir` (made when
  /// missing, readable by this user only). `forbidden` are directories that may not be a root,
  /// e.g. the home directory; "/" never may.
  [[nodiscard]] static Result<Workspace> open(
      const std::filesystem::path& root, const std::filesystem::path& state_dir,
      const std::vector<std::filesystem::path>& forbidden = {});

  Workspace(Workspace&&) noexcept;
  Workspace& operator=(Workspace&&) noexcept;
  ~Workspace();

  /// Canonical.
  [[nodiscard]] const std::filesystem::path& root() const;
  [[nodiscard]] const sys::Directory& directory() const;

  /// From here on changes belong to `task`, the unit of undo: [0-9A-Za-z_-], at most 64.
  Result<void> begin_task(const std::string& task);

  /// The path as relative to the root and tidy ("./a//b" is "a/b"; the root is "."), without
  /// looking at the disk.
  [[nodiscard]] Result<std::string> relative(std::string_view path) const;

  /// Reads a text file of at most 8 MiB and remembers what was seen: a later write to it is
  /// refused if it has changed by then.
  /// Errors: also invalid for a binary file, naming its size; capacity when too large.
  Result<FileText> read(std::string_view path);

  /// The same without remembering, and binary files too.
  [[nodiscard]] Result<FileText> peek(std::string_view path) const;
  /// The same without its hash, which costs more than reading: for search, which meets every file.
  [[nodiscard]] Result<FileText> glance(std::string_view path) const;

  /// The project's files beneath `under`, as walk() finds them.
  Result<WalkEnd> walk(std::string_view under, const WalkLimits& limits,
                       const std::function<bool(const std::string& path)>& visit) const;

  // The four writes. Errors: also conflict, showing the difference, when the file changed since
  // it was last read here (it counts as read then); denied for a read-only file; capacity for
  // a full disk or a result over 8 MiB, nothing changed.

  /// Says what is wrong with the bytes a file would have; what it refuses is not written.
  using Check = std::function<Result<void>(const std::string& path, std::string_view before,
                                           const Edited& edited)>;

  /// See workspace::edit_text.
  Result<Change> edit_text(std::string_view path, std::string_view old_text,
                           std::string_view new_text, const Check& check = {});
  /// See workspace::edit_lines. Errors: also invalid when the file was never read.
  Result<Change> edit_lines(std::string_view path, std::size_t first, std::size_t last,
                            std::string_view new_text, const Check& check = {});
  /// Makes a new file and the folders it needs. Errors: also conflict when it exists.
  Result<Change> create(std::string_view path, std::string_view content);
  /// Replaces a whole file, keeping its line endings, byte order mark, final newline and mode.
  /// Errors: also invalid when the file was never read.
  Result<Change> replace(std::string_view path, std::string_view content, const Check& check = {});

  /// Call around a command that may change files. Before-images are kept for files that walk()
  /// finds, up to 20,000 files, 1 MiB each and 64 MiB together; unchanged files cost one stat
  /// the next time. What lies beyond is reported in `not_undoable` if the command changes it;
  /// ignored files (build output) are not looked at. Nothing is kept of a command that plim does
  /// not survive.
  Result<void> before_command();
  /// Errors: invalid without before_command; io.
  Result<CommandChanges> after_command();

  /// The files that are not what they were before `task`, which changed them in this process or an
  /// earlier one; sorted. Errors: io.
  [[nodiscard]] Result<std::vector<std::string>> changed_by(const std::string& task) const;

  /// Takes back a task's changes, the newest task's not yet undone when `task` is empty.
  /// Files that someone else changed since are reported and not touched.
  /// Errors: not_found for an unknown task; io. A report with conflicts is a success.
  Result<UndoReport> undo(const std::string& task = {});

 private:
  struct State;
  explicit Workspace(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace plim::workspace
