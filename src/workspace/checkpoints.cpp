#include "workspace/checkpoints.hpp"

#include <algorithm>
#include <map>
#include <ranges>
#include <utility>

#include "workspace/hash.hpp"

namespace plim::workspace {
namespace {

constexpr std::uint64_t max_restored = 1U << 30U;
constexpr std::uint64_t max_store_bytes = 1U << 30U;
constexpr std::uint64_t quota_step = 64U << 10U;  // of the journal: a few hundred changes

// A task's changes that still stand, by path.
using Pending = std::map<std::string, std::vector<Record>>;

Pending pending_changes(const std::vector<Record>& records, const std::string& task) {
  Pending pending;
  for (const Record& record : records) {
    if (record.task != task) continue;
    if (record.action == Action::undone) {
      pending.erase(record.path);
    } else {
      pending[record.path].push_back(record);
    }
  }
  return pending;
}

std::string newest_pending_task(const std::vector<Record>& records) {
  std::vector<std::string> tried;
  for (const Record& record : records | std::views::reverse) {
    if (std::ranges::contains(tried, record.task)) continue;
    if (!pending_changes(records, record.task).empty()) return record.task;
    tried.push_back(record.task);
  }
  return {};
}

bool same_bytes(const std::optional<FileState>& a, const std::optional<FileState>& b) {
  return a.has_value() == b.has_value() && (!a || a->hash == b->hash);
}

// What the file was before all of `changes`, given what it is now. Nothing when one of the
// changes does not connect: somebody else changed the file after it.
std::optional<std::optional<FileState>> state_before(const std::vector<Record>& changes,
                                                     const std::optional<FileState>& now) {
  std::optional<FileState> state = now;
  for (const Record& change : changes | std::views::reverse) {
    if (same_bytes(state, change.after)) {
      state = change.before;
    } else if (!same_bytes(state, change.before)) {
      return std::nullopt;
    }  // else plim died between the record and the change
  }
  return state;
}

// What is at `path` now; an Error of conflict for what is no regular file.
Result<std::optional<FileState>> present_state(const sys::Directory& root,
                                               const std::string& path) {
  const auto stat = root.stat(path);
  if (!stat && stat.error().code == Errc::not_found) return std::nullopt;
  if (!stat || stat->kind != sys::FileKind::regular) {
    return fail(Errc::conflict, "{} is no regular file", path);
  }
  const auto content = TRY(root.read(path, max_restored));
  return FileState{.hash = sha256_hex(content.bytes), .mode = content.stat.mode};
}

}  // namespace

Result<Checkpoints> Checkpoints::open(const std::filesystem::path& folder) {
  auto blobs = TRY(BlobStore::open(folder / "blobs"));
  auto journal = TRY(Journal::open(folder));
  return Checkpoints(std::move(blobs), std::move(journal));
}

Result<void> Checkpoints::before_change(Record record,
                                        const std::optional<std::string_view>& before_bytes) {
  if (before_bytes) record.before->hash = TRY(blobs_.put(*before_bytes));
  return append({&record, 1});
}

Result<void> Checkpoints::after_command(const std::vector<Record>& records,
                                        const std::vector<std::string>& before_bytes) {
  for (const std::string& bytes : before_bytes) TRY(blobs_.put(bytes));
  return append(records);
}

Result<void> Checkpoints::append(std::span<const Record> records) {
  const auto before = TRY(journal_.size());
  TRY(journal_.append(records));
  const auto after = TRY(journal_.size());
  // Looking at every image costs milliseconds: only every few hundred changes.
  if (before / quota_step != after / quota_step) keep_within_quota();
  return {};
}

void Checkpoints::keep_within_quota() {
  const auto records = journal_.read();
  if (!records) return;
  std::vector<std::string> newest_first;
  for (const Record& record : *records | std::views::reverse) {
    if (record.before) newest_first.push_back(record.before->hash);
  }
  blobs_.trim(newest_first, max_store_bytes);
}

Result<std::vector<std::string>> Checkpoints::changed_by(const sys::Directory& root,
                                                         const std::string& task) const {
  std::vector<std::string> paths;
  for (const auto& [path, changes] : pending_changes(TRY(journal_.read()), task)) {
    const auto now = present_state(root, path);
    const auto before = now ? state_before(changes, *now) : std::nullopt;
    if (!before || *before != *now) paths.push_back(path);
  }
  return paths;
}

Result<UndoReport> Checkpoints::undo(const sys::Directory& root, const std::string& task) {
  const auto records = TRY(journal_.read());
  UndoReport report{.task = task.empty() ? newest_pending_task(records) : task};
  if (!task.empty() && !std::ranges::contains(records, task, &Record::task)) {
    return fail(Errc::not_found, "no changes of a task {} are known", task);
  }
  for (const auto& [path, changes] : pending_changes(records, report.task)) {
    TRY(undo_file(root, changes, report).transform_error(during("undoing " + path)));
  }
  return report;
}

Result<void> Checkpoints::undo_file(const sys::Directory& root, const std::vector<Record>& changes,
                                    UndoReport& report) {
  const std::string& path = changes.front().path;
  const auto now = present_state(root, path);
  const auto target = now ? state_before(changes, *now) : std::nullopt;
  if (!target) {
    report.conflicts.push_back(path);
    return {};
  }
  if (*target != *now) {
    const auto restored = restore(root, path, *target);
    if (!restored) {
      const Errc code = restored.error().code;
      const bool gone = code == Errc::not_found || code == Errc::protocol;
      if (!gone && code != Errc::conflict) return restored;
      (gone ? report.lost : report.conflicts).push_back(path);
      return {};
    }
    (*target ? report.restored : report.removed).push_back(path);
  }
  for (const Record& change : changes | std::views::reverse) {
    for (const auto& folder : change.made_directories | std::views::reverse) {
      // Still holding something of somebody else's: then it stays.
      static_cast<void>(root.remove_empty_directory(folder));
    }
  }
  const Record done{.task = changes.front().task,
                    .action = Action::undone,
                    .path = path,
                    .before = *now,
                    .after = *target};
  return journal_.append({&done, 1});
}

Result<void> Checkpoints::restore(const sys::Directory& root, const std::string& path,
                                  const std::optional<FileState>& target) {
  if (!target) return root.remove(path);
  const auto bytes = TRY(blobs_.get(target->hash));
  const auto present = root.stat(path);
  if (present) {
    TRY(root.replace(path, bytes, *present, target->mode));
    return {};
  }
  if (const auto slash = path.rfind('/'); slash != std::string::npos) {
    TRY(root.make_directories(path.substr(0, slash), 0777));
  }
  TRY(root.create(path, bytes, target->mode));
  return root.set_mode(path, target->mode);
}

}  // namespace plim::workspace
