#include "sandbox/protect.hpp"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <queue>
#include <set>
#include <string>

namespace plim::sandbox {
namespace {

namespace fs = std::filesystem;
using fs::path;

constexpr int deepest = 4;
constexpr int most_entries = 20'000;

/// Also .GIT: on a file system that ignores case it is the same folder (CVE-2025-59944).
bool is_git(const path& file) {
  return std::ranges::equal(file.filename().native(), std::string_view(".git"), {},
                            [](char c) { return std::tolower(static_cast<unsigned char>(c)); });
}

bool is_inside(const path& file, const path& folder) {
  return std::ranges::mismatch(folder, file).in1 == folder.end();
}

/// Every entry named .git below `project`, without following links.
std::vector<path> find_git_entries(const path& project) {
  std::vector<path> found;
  std::queue<std::pair<path, int>> folders;
  folders.emplace(project, 0);
  int entries = 0;
  for (; !folders.empty() && entries < most_entries; folders.pop()) {
    const auto& [folder, depth] = folders.front();
    std::error_code bad;
    for (fs::directory_iterator it(folder, bad), end; !bad && it != end; it.increment(bad)) {
      if (++entries > most_entries) break;
      if (is_git(it->path())) {
        found.push_back(it->path());
      } else if (depth < deepest && it->symlink_status(bad).type() == fs::file_type::directory) {
        folders.emplace(it->path(), depth + 1);
      }
    }
  }
  return found;
}

/// An empty folder: the mount point that a command under way, or one killed, left behind.
bool is_stub(const path& file) {
  std::error_code bad;
  return fs::is_directory(file, bad) && fs::is_empty(file, bad);
}

std::string first_line(const path& file) {
  std::ifstream in(file);
  std::string line(4096, '\0');
  in.read(line.data(), static_cast<std::streamsize>(line.size()));
  line.resize(static_cast<std::size_t>(in.gcount()));
  line.resize(std::min(line.size(), line.find_first_of(std::string("\r\n\0", 3))));
  return line;
}

/// The repository that owns the linked worktree `project`, or nothing. A `.git` file is the
/// project's word only: it counts when the folder it names lies outside and points back here,
/// as `git worktree add` makes them (gitrepository-layout(5)).
path owner_of_worktree(const path& project) {
  constexpr std::string_view key = "gitdir: ";
  const auto line = first_line(project / ".git");
  if (!line.starts_with(key)) return {};
  std::error_code bad;
  const auto git_dir = fs::canonical(project / line.substr(key.size()), bad);
  if (bad || is_inside(git_dir, project)) return {};
  if (fs::canonical(first_line(git_dir / "gitdir"), bad) != project / ".git" || bad) return {};
  const auto owner = git_dir.parent_path().parent_path();
  if (fs::canonical(git_dir / first_line(git_dir / "commondir"), bad) != owner || bad) return {};
  return fs::path(owner);
}

/// The folders strictly between `project` and `file`, outermost first.
void pin_ancestors(const path& file, const path& project, std::set<path>& pinned) {
  for (auto folder = file.parent_path(); folder != project && is_inside(folder, project);
       folder = folder.parent_path()) {
    pinned.insert(folder);
  }
}

}  // namespace

Result<Protection> find_protection(const path& project, const std::vector<path>& frozen) {
  Protection result;
  std::set<path> pinned;  // sorted: a folder comes before what it holds
  std::set<path> closed;
  for (const auto& entry : find_git_entries(project)) {
    std::error_code bad;
    if (fs::symlink_status(entry, bad).type() != fs::file_type::symlink) {
      if (entry == project / ".git" && is_stub(entry)) continue;
      closed.insert(entry);
    } else if (entry.parent_path() == project) {
      return fail(Errc::denied,
                  "{} is a symbolic link, which a command could replace; make it a "
                  "folder or a gitdir file, or work with --read-only",
                  entry.string());
    } else {
      closed.insert(entry.parent_path());  // a link cannot be mounted over, its folder can
    }
  }
  for (const auto& file : frozen) {
    std::error_code bad;
    const auto real = fs::canonical(project / file, bad);
    if (!bad && real != project && is_inside(real, project)) closed.insert(real);
  }
  for (const auto& file : closed) pin_ancestors(file, project, pinned);
  result.pinned.assign(pinned.begin(), pinned.end());
  result.frozen.assign(closed.begin(), closed.end());
  if (!closed.contains(project / ".git")) result.missing_git = project / ".git";
  if (const auto owner = owner_of_worktree(project); !owner.empty()) result.linked = {owner};
  return result;
}

}  // namespace plim::sandbox
