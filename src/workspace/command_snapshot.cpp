#include "workspace/command_snapshot.hpp"

#include <algorithm>

#include "workspace/walk.hpp"

namespace plim::workspace {
namespace {

constexpr std::uint64_t max_file_bytes = 1U << 20U;
constexpr std::uint64_t max_kept_bytes = 64U << 20U;

bool is_ignore_file(const std::string& path) {
  const std::string name = path.substr(path.rfind('/') + 1);
  return name == ".gitignore" || name == ".ignore";
}

}  // namespace

Result<CommandSnapshot> CommandSnapshot::make(const sys::Directory& state_folder) {
  return CommandSnapshot(TRY(sys::ScratchFile::make(state_folder)));
}

Result<void> CommandSnapshot::take(const sys::Directory& root) {
  std::map<std::string, Entry> now;
  kept_bytes_ = 0;
  const auto end = TRY(walk(root, ".", {}, [&](const std::string& path) {
    const auto stat = root.stat(path);
    if (!stat || stat->kind != sys::FileKind::regular) return true;
    const auto known = entries_.find(path);
    const bool same = known != entries_.end() && known->second.stat == *stat;
    const Entry entry = same ? known->second : keep(root, path, *stat);
    if (entry.offset) kept_bytes_ += entry.stat.size;
    now.emplace(path, entry);
    return true;
  }));
  entries_ = std::move(now);
  complete_ = !end.cut && end.unreadable == 0;
  return {};
}

CommandSnapshot::Entry CommandSnapshot::keep(const sys::Directory& root, const std::string& path,
                                             const sys::FileStat& stat) {
  Entry entry{.stat = stat, .offset = std::nullopt};
  if (stat.size > max_file_bytes || kept_bytes_ + stat.size > max_kept_bytes) return entry;
  const auto content = root.read(path, max_file_bytes);
  if (!content) return entry;
  entry.stat = content->stat;
  // No room on the disk: the file is over budget like any other, and reported when changed.
  if (const auto offset = scratch_.append(content->bytes)) entry.offset = *offset;
  return entry;
}

Result<std::vector<CommandSnapshot::Difference>> CommandSnapshot::compare(
    const sys::Directory& root) const {
  std::vector<Difference> found;
  std::map<std::string, bool> seen;
  TRY(walk(root, ".", {}, [&](const std::string& path) {
    const auto stat = root.stat(path);
    if (!stat || stat->kind != sys::FileKind::regular) return true;
    seen.emplace(path, true);
    const auto known = entries_.find(path);
    if (known == entries_.end()) {
      found.push_back({.path = path, .kind = Kind::created, .undoable = complete_});
    } else if (known->second.stat != *stat) {
      found.push_back(
          {.path = path, .kind = Kind::changed, .undoable = known->second.offset.has_value()});
    }
    return true;
  }));
  for (const auto& [path, entry] : entries_) {
    if (seen.contains(path)) continue;
    if (auto difference = missing(root, path, entry)) found.push_back(*std::move(difference));
  }
  std::ranges::sort(found, {}, &Difference::path);
  // With other ignore rules a file may only seem new, and undoing would delete it.
  if (std::ranges::any_of(found, is_ignore_file, &Difference::path)) {
    for (auto& difference : found) {
      if (difference.kind == Kind::created) difference.undoable = false;
    }
  }
  return found;
}

// A file that walk() no longer finds: deleted, or ignored from now on, or no file any more.
std::optional<CommandSnapshot::Difference> CommandSnapshot::missing(const sys::Directory& root,
                                                                    const std::string& path,
                                                                    const Entry& entry) const {
  const auto stat = root.stat(path);
  if (stat && *stat == entry.stat) return std::nullopt;
  if (stat && stat->kind == sys::FileKind::regular) {
    return Difference{.path = path, .kind = Kind::changed, .undoable = entry.offset.has_value()};
  }
  const bool gone = !stat && stat.error().code == Errc::not_found;
  return Difference{
      .path = path, .kind = Kind::deleted, .undoable = gone && entry.offset.has_value()};
}

Result<Image> CommandSnapshot::image(const std::string& path) const {
  const auto entry = entries_.find(path);
  if (entry == entries_.end() || !entry->second.offset) {
    return fail(Errc::not_found, "no image of {} was kept", path);
  }
  auto bytes = TRY(scratch_.read(*entry->second.offset, entry->second.stat.size));
  return Image{.bytes = std::move(bytes), .mode = entry->second.stat.mode};
}

bool CommandSnapshot::had_directory(const std::string& folder) const {
  const auto first = entries_.lower_bound(folder + "/");
  return first != entries_.end() && first->first.starts_with(folder + "/");
}

}  // namespace plim::workspace
