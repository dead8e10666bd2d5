#include "workspace/workspace.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <utility>

#include "base/units.hpp"
#include "workspace/checkpoints.hpp"
#include "workspace/command_snapshot.hpp"
#include "workspace/diff.hpp"
#include "workspace/hash.hpp"
#include "workspace/line_index.hpp"
#include "workspace/path_jail.hpp"
#include "workspace/seen_files.hpp"

namespace plim::workspace {
namespace {

constexpr std::uint64_t max_file_bytes = 8U << 20U;
constexpr std::size_t max_conflict_diff = 4U << 10U;
constexpr std::size_t max_command_diffs = 50;
constexpr auto max_draft_age = std::chrono::minutes(10);
constexpr std::size_t max_hashed_bytes = 64U << 20U;

// One folder of the state directory a project: its name for people, its hash for uniqueness.
std::string project_folder(const std::filesystem::path& root) {
  return std::format("{}-{}", root.filename().string(), sha256_hex(root.string()).substr(0, 16));
}

Result<void> check_root(const std::filesystem::path& root,
                        const std::vector<std::filesystem::path>& forbidden) {
  if (root == root.root_path()) return fail(Errc::denied, "/ cannot be a project");
  for (const auto& path : forbidden) {
    std::error_code error;
    if (std::filesystem::equivalent(root, path, error)) {
      return fail(Errc::denied, "{} cannot be a project: open a folder in it", root.string());
    }
  }
  return {};
}

bool is_task_name(const std::string& task) {
  constexpr std::string_view allowed =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz-";
  return !task.empty() && task.size() <= 64 && task.find_first_not_of(allowed) == std::string::npos;
}

Change change_of(const std::string& path, std::optional<std::string_view> before,
                 std::optional<std::string_view> after) {
  Diff diff = unified_diff(path, before, after);
  return {.path = path,
          .diff = std::move(diff.text),
          .added = diff.added,
          .removed = diff.removed,
          .created = !before,
          .deleted = !after};
}

}  // namespace

struct Workspace::State {
  sys::Directory root;
  sys::Directory state_folder;
  Checkpoints checkpoints;
  std::string task = "task";
  SeenFiles seen;
  std::optional<CommandSnapshot> snapshot;
  bool command_runs = false;

  struct Loaded {
    FileText file;
    sys::FileStat stat;
  };

  Result<Loaded> load(const std::string& path, bool hashed = true) const {
    auto content = root.read(path, max_file_bytes);
    if (!content && content.error().code == Errc::not_found) return not_found(path);
    if (!content) return std::unexpected(std::move(content).error());
    FileText file{.path = path, .bytes = std::move(content->bytes), .mode = content->stat.mode};
    file.traits = traits_of(file.bytes);
    if (hashed) file.hash = sha256_hex(file.bytes);
    return Loaded{.file = std::move(file), .stat = content->stat};
  }

  std::unexpected<Error> not_found(const std::string& path) const {
    std::string near;
    for (const auto& candidate : near_paths(root, path)) {
      near += (near.empty() ? "; did you mean " : ", ") + candidate;
    }
    return fail(Errc::not_found, "there is no file {}{}", path, near);
  }

  Result<std::string> writable_path(std::string_view path) const {
    auto tidy = TRY(tidy_path(root.path(), path));
    if (tidy == ".") return fail(Errc::invalid, "the path names the project's root, not a file");
    if (is_inside_git(tidy)) return fail(Errc::denied, "{}: .git is never written to", tidy);
    const auto real = root.real_path(tidy);
    if (real && *real != tidy) {
      return fail(Errc::denied, "{} is a symbolic link; the file itself is {}", tidy, *real);
    }
    return tidy;
  }

  // The file about to be changed, if it still is what was last seen of it.
  Result<Loaded> load_for_change(std::string_view path) {
    const auto tidy = TRY(writable_path(path));
    auto loaded = TRY(load(tidy));
    if (loaded.file.traits.binary) return fail(Errc::invalid, "{} is a binary file", tidy);
    if ((loaded.stat.mode & 0222U) == 0) return fail(Errc::denied, "{} is read-only", tidy);
    const auto seen_bytes = seen.bytes_if_other(tidy, loaded.file.hash);
    if (!seen_bytes) return loaded;
    seen.remember(loaded.file);
    const Diff diff = unified_diff(tidy, *seen_bytes, loaded.file.bytes, max_conflict_diff);
    return fail(Errc::conflict, "{} was changed by someone else since it was read{}{}{}", tidy,
                seen_bytes->has_value() ? ". What changed:\n" : "; read it again",
                seen_bytes->has_value() ? diff.text : "",
                seen_bytes->has_value() && diff.cut ? "(cut; read the file for the rest)\n" : "");
  }

  Result<Change> write(const Loaded& old, Edited edited, const Check& check) {
    const std::string& path = old.file.path;
    if (check) TRY(check(path, old.file.bytes, edited));
    if (edited.bytes.size() > max_file_bytes) {
      return fail(Errc::capacity, "{} would grow to {}", path,
                  to_string(Bytes{edited.bytes.size()}));
    }
    const FileState before{.hash = old.file.hash, .mode = old.file.mode};
    const FileState after{.hash = sha256_hex(edited.bytes), .mode = old.file.mode};
    TRY(checkpoints.before_change({.task = task, .path = path, .before = before, .after = after},
                                  old.file.bytes));
    TRY(root.replace(path, edited.bytes, old.stat));
    Change change = change_of(path, old.file.bytes, edited.bytes);
    change.match = edited.match;
    change.first_line = edited.first_line;
    change.last_line = edited.last_line;
    seen.remember({.path = path, .bytes = std::move(edited.bytes), .hash = after.hash});
    return change;
  }

  // The folders of `path` that do not exist yet, outermost first.
  std::vector<std::string> missing_folders(const std::string& path) const {
    std::vector<std::string> missing;
    for (auto slash = path.find('/'); slash != std::string::npos;
         slash = path.find('/', slash + 1)) {
      if (!root.stat(path.substr(0, slash))) missing.push_back(path.substr(0, slash));
    }
    return missing;
  }

  // A draft lives for milliseconds: an old one is of a process that was killed.
  void remove_if_old(const std::string& draft) const {
    const auto stat = root.stat(draft);
    if (!stat || stat->kind != sys::FileKind::regular) return;
    const auto age = std::chrono::system_clock::now().time_since_epoch() -
                     std::chrono::nanoseconds(stat->mtime_ns);
    if (age > max_draft_age) static_cast<void>(root.remove(draft));
  }

  Result<Change> add(const std::string& path, std::string_view content);

  struct CommandChange {
    Record record;
    Change change;
    std::optional<std::string> before_bytes;
  };
  /// Errors: whatever makes it impossible to undo.
  Result<CommandChange> change_by_command(const CommandSnapshot::Difference& difference) const;
  Result<CommandChanges> record_command();
};

Result<Change> Workspace::State::add(const std::string& path, std::string_view content) {
  if (content.size() > max_file_bytes) {
    return fail(Errc::capacity, "{} is too much for one file", to_string(Bytes{content.size()}));
  }
  Record record{.task = task, .path = path, .made_directories = missing_folders(path)};
  // What the file will have: a new file's mode is up to the user's umask, and only undo's
  // comparison of bytes looks at this record.
  record.after = FileState{.hash = sha256_hex(content), .mode = 0644};
  TRY(checkpoints.before_change(record, std::nullopt));
  if (const auto slash = path.rfind('/'); slash != std::string::npos) {
    TRY(root.make_directories(path.substr(0, slash), 0777));
  }
  TRY(root.create(path, content, 0666));
  Change change = change_of(path, std::nullopt, content);
  change.last_line = static_cast<std::size_t>(change.added);
  seen.remember({.path = path, .bytes = std::string(content), .hash = record.after->hash});
  return change;
}

// The folders of a new file that the command must have made: nothing was in them before.
std::vector<std::string> folders_made(const CommandSnapshot& snapshot, const std::string& path) {
  std::vector<std::string> made;
  for (auto slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1)) {
    const auto folder = path.substr(0, slash);
    if (!snapshot.had_directory(folder)) made.push_back(folder);
  }
  return made;
}

Result<Workspace::State::CommandChange> Workspace::State::change_by_command(
    const CommandSnapshot::Difference& difference) const {
  using Kind = CommandSnapshot::Kind;
  const auto& [path, kind, undoable] = difference;
  if (!undoable) return fail(Errc::capacity, "no before-image of {}", path);
  CommandChange done{.record = {.task = task, .action = Action::command, .path = path}};
  if (kind == Kind::created) {
    done.record.made_directories = folders_made(*snapshot, path);
  } else {
    const auto before = TRY(snapshot->image(path));
    done.record.before = FileState{.hash = sha256_hex(before.bytes), .mode = before.mode};
    done.before_bytes = before.bytes;
  }
  std::optional<std::string> after_bytes;
  if (kind != Kind::deleted) {
    auto after = TRY(root.read(path, max_hashed_bytes));
    done.record.after = FileState{.hash = sha256_hex(after.bytes), .mode = after.stat.mode};
    after_bytes = std::move(after.bytes);
  }
  done.change = change_of(path, done.before_bytes, after_bytes);
  return done;
}

// Journals what a command changed, once it has: see CommandSnapshot for what is known of before.
Result<CommandChanges> Workspace::State::record_command() {
  CommandChanges result;
  std::vector<Record> records;
  std::vector<std::string> before_bytes;
  for (const auto& difference : TRY(snapshot->compare(root))) {
    auto done = change_by_command(difference);
    if (!done) {
      result.not_undoable.push_back(difference.path);
      continue;
    }
    if (done->record.before == done->record.after) continue;  // only touched
    if (result.changes.size() >= max_command_diffs) done->change.diff.clear();
    result.changes.push_back(std::move(done->change));
    records.push_back(std::move(done->record));
    if (done->before_bytes) before_bytes.push_back(*std::move(done->before_bytes));
  }
  if (!records.empty()) TRY(checkpoints.after_command(records, before_bytes));
  return result;
}

Workspace::Workspace(std::unique_ptr<State> state) : state_(std::move(state)) {}
Workspace::Workspace(Workspace&&) noexcept = default;
Workspace& Workspace::operator=(Workspace&&) noexcept = default;
Workspace::~Workspace() = default;

Result<Workspace> Workspace::open(const std::filesystem::path& root,
                                  const std::filesystem::path& state_dir,
                                  const std::vector<std::filesystem::path>& forbidden) {
  auto directory = TRY(sys::Directory::open(root).transform_error(during("opening the project")));
  TRY(check_root(directory.path(), forbidden));
  const auto folder = state_dir / "projects" / project_folder(directory.path());
  auto state_folder = TRY(sys::Directory::open_private(folder));
  auto checkpoints = TRY(Checkpoints::open(folder).transform_error(during("opening undo store")));
  return Workspace(std::unique_ptr<State>(new State{.root = std::move(directory),
                                                    .state_folder = std::move(state_folder),
                                                    .checkpoints = std::move(checkpoints)}));
}

const std::filesystem::path& Workspace::root() const { return state_->root.path(); }
const sys::Directory& Workspace::directory() const { return state_->root; }

Result<void> Workspace::begin_task(const std::string& task) {
  if (!is_task_name(task)) return fail(Errc::invalid, "\"{}\" cannot name a task", task);
  state_->task = task;
  return {};
}

Result<std::string> Workspace::relative(std::string_view path) const {
  return tidy_path(state_->root.path(), path);
}

Result<FileText> Workspace::peek(std::string_view path) const {
  const auto tidy = TRY(relative(path));
  return TRY(state_->load(tidy)).file;
}

Result<FileText> Workspace::glance(std::string_view path) const {
  const auto tidy = TRY(relative(path));
  return TRY(state_->load(tidy, false)).file;
}

Result<FileText> Workspace::read(std::string_view path) {
  auto file = TRY(peek(path));
  if (file.traits.binary) {
    return fail(Errc::invalid, "{} is a binary file of {}", file.path,
                to_string(Bytes{file.bytes.size()}));
  }
  state_->seen.remember(file);
  return file;
}

Result<WalkEnd> Workspace::walk(std::string_view under, const WalkLimits& limits,
                                const std::function<bool(const std::string& path)>& visit) const {
  const auto tidy = TRY(relative(under));
  const auto real = state_->root.real_path(tidy);
  if (!real && real.error().code == Errc::not_found) return state_->not_found(tidy);
  if (!real) return std::unexpected(real.error());
  auto end = TRY(workspace::walk(state_->root, *real, limits, visit));
  for (const auto& draft : end.drafts) state_->remove_if_old(draft);
  return end;
}

Result<Change> Workspace::edit_text(std::string_view path, std::string_view old_text,
                                    std::string_view new_text, const Check& check) {
  const auto old = TRY(state_->load_for_change(path));
  auto edited = TRY(workspace::edit_text(old.file.bytes, old_text, new_text)
                        .transform_error(during("editing " + old.file.path)));
  return state_->write(old, std::move(edited), check);
}

Result<Change> Workspace::edit_lines(std::string_view path, std::size_t first, std::size_t last,
                                     std::string_view new_text, const Check& check) {
  const auto old = TRY(state_->load_for_change(path));
  if (!state_->seen.knows(old.file.path)) {
    return fail(Errc::invalid, "read {} first: its line numbers are not known", old.file.path);
  }
  auto edited = TRY(workspace::edit_lines(old.file.bytes, first, last, new_text)
                        .transform_error(during("editing " + old.file.path)));
  return state_->write(old, std::move(edited), check);
}

Result<Change> Workspace::create(std::string_view path, std::string_view content) {
  const auto tidy = TRY(state_->writable_path(path));
  if (state_->root.stat(tidy)) {
    return fail(Errc::conflict, "{} exists already: read it, then edit or replace it", tidy);
  }
  return state_->add(tidy, content);
}

Result<Change> Workspace::replace(std::string_view path, std::string_view content,
                                  const Check& check) {
  const auto old = TRY(state_->load_for_change(path));
  if (!state_->seen.knows(old.file.path)) {
    return fail(Errc::invalid, "read {} first, before replacing all of it", old.file.path);
  }
  Edited edited{.bytes = in_the_style_of(old.file.bytes, content)};
  if (edited.bytes == old.file.bytes) {
    return fail(Errc::invalid, "{} holds exactly that already", old.file.path);
  }
  edited.last_line = split_lines(edited.bytes).size();
  return state_->write(old, std::move(edited), check);
}

Result<void> Workspace::before_command() {
  if (!state_->snapshot) state_->snapshot = TRY(CommandSnapshot::make(state_->state_folder));
  TRY(state_->snapshot->take(state_->root));
  state_->command_runs = true;
  return {};
}

Result<CommandChanges> Workspace::after_command() {
  if (!std::exchange(state_->command_runs, false)) {
    return fail(Errc::invalid, "no command was announced");
  }
  return state_->record_command().transform_error(during("recording what the command changed"));
}

Result<std::vector<std::string>> Workspace::changed_by(const std::string& task) const {
  return state_->checkpoints.changed_by(state_->root, task);
}

Result<UndoReport> Workspace::undo(const std::string& task) {
  auto report = TRY(state_->checkpoints.undo(state_->root, task));
  // These changed by our own hand: nobody needs to be told of a stranger.
  for (const auto* paths : {&report.restored, &report.removed}) {
    for (const auto& path : *paths) state_->seen.forget(path);
  }
  return report;
}

}  // namespace plim::workspace
