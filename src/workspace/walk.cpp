#include "workspace/walk.hpp"

#include <algorithm>

#include "workspace/glob.hpp"
#include "workspace/ignore.hpp"

namespace plim::workspace {
namespace {

constexpr std::uint64_t max_ignore_file = 1U << 20U;

std::string joined(const std::string& folder, std::string_view name) {
  return folder == "." ? std::string(name) : folder + "/" + std::string(name);
}

// The order that paths have: a folder stands where its files will, with the slash behind its name.
bool precedes(const sys::DirectoryEntry& a, const sys::DirectoryEntry& b) {
  const auto common = std::min(a.name.size(), b.name.size());
  const int order = a.name.compare(0, common, b.name, 0, common);
  if (order != 0) return order < 0;
  const auto next = [&](const sys::DirectoryEntry& entry) {
    if (entry.name.size() > common)
      return static_cast<int>(static_cast<unsigned char>(entry.name[common]));
    return entry.kind == sys::FileKind::directory ? static_cast<int>('/') : -1;
  };
  return next(a) < next(b);
}

using Visit = std::function<bool(const std::string& path, const sys::FileStat* stat)>;

class Walker {
 public:
  Walker(const sys::Directory& root, const WalkLimits& limits, bool with_stat, const Visit& visit)
      : root_(root), limits_(limits), with_stat_(with_stat), visit_(visit) {
    read_rules(".", ".git/info/exclude");
  }

  Result<WalkEnd> run(const std::string& under) {
    const auto stat = TRY(root_.stat(under));
    if (stat.kind != sys::FileKind::directory) {
      visit_(under, &stat);
      return end_;
    }
    enter_parents(under);
    const auto entries = TRY(root_.entries(under, with_stat_));
    walk(under, entries, 0);
    return end_;
  }

 private:
  void read_rules(const std::string& folder, const std::string& path) {
    const auto content = root_.read(path, max_ignore_file);
    if (content) rules_.emplace_back(folder == "." ? "" : folder, content->bytes);
  }

  void read_rules_of(const std::string& folder) {
    read_rules(folder, joined(folder, ".gitignore"));
    read_rules(folder, joined(folder, ".ignore"));
  }

  // Ignore files above `under` apply in it too.
  void enter_parents(const std::string& under) {
    std::string folder = ".";
    for (const auto part : path_parts(under)) {
      if (part == ".") continue;
      read_rules_of(folder);
      folder = joined(folder, part);
    }
  }

  void walk(const std::string& folder, std::vector<sys::DirectoryEntry> entries,
            std::size_t depth) {
    const std::size_t outer_rules = rules_.size();
    for (const std::string name : {".gitignore", ".ignore"}) {
      const bool is_there = std::ranges::contains(entries, name, &sys::DirectoryEntry::name);
      if (is_there) read_rules(folder, joined(folder, name));
    }
    std::ranges::sort(entries, precedes);
    for (const auto& entry : entries) {
      if (stopped_) break;
      visit_entry(joined(folder, entry.name), entry, depth);
    }
    rules_.erase(rules_.begin() + static_cast<std::ptrdiff_t>(outer_rules), rules_.end());
  }

  void visit_entry(const std::string& path, const sys::DirectoryEntry& entry, std::size_t depth) {
    const bool is_folder = entry.kind == sys::FileKind::directory;
    if (++seen_ > limits_.max_entries) return cut_short();
    if (!is_folder && entry.kind != sys::FileKind::regular) return;
    if (entry.name == ".git") return;
    if (sys::is_temporary_name(entry.name)) return end_.drafts.push_back(path);
    if (is_ignored(rules_, path, is_folder)) return;
    if (is_folder) return enter(path, depth + 1);
    if (files_ == limits_.max_files) return cut_short();
    ++files_;
    if (!visit_(path, entry.stat ? &*entry.stat : nullptr)) stopped_ = true;
  }

  void enter(const std::string& folder, std::size_t depth) {
    if (depth > limits_.max_depth) {
      end_.cut = true;
      return;
    }
    auto entries = root_.entries(folder, with_stat_);
    if (entries) return walk(folder, *std::move(entries), depth);
    ++end_.unreadable;
  }

  void cut_short() {
    end_.cut = true;
    stopped_ = true;
  }

  const sys::Directory& root_;
  const WalkLimits& limits_;
  bool with_stat_;
  const Visit& visit_;
  std::vector<IgnoreFile> rules_;  // of the folders from the root to the present one
  WalkEnd end_;
  std::size_t files_ = 0;
  std::size_t seen_ = 0;
  bool stopped_ = false;
};

}  // namespace

Result<WalkEnd> walk(const sys::Directory& root, const std::string& under, const WalkLimits& limits,
                     const std::function<bool(const std::string& path)>& visit) {
  const Visit without_stat = [&](const std::string& path, const sys::FileStat*) {
    return visit(path);
  };
  return Walker(root, limits, false, without_stat).run(under);
}

Result<WalkEnd> walk_with_stat(const sys::Directory& root, const std::string& under,
                               const WalkLimits& limits, const Visit& visit) {
  return Walker(root, limits, true, visit).run(under);
}

}  // namespace plim::workspace
