#include "workspace/path_jail.hpp"

#include <algorithm>
#include <cctype>
#include <numeric>
#include <utility>

#include "workspace/glob.hpp"
#include "workspace/walk.hpp"

namespace plim::workspace {
namespace {

constexpr std::size_t max_path_bytes = 4096;
constexpr std::size_t max_suggestions = 3;
constexpr std::size_t too_far = 1000;

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

std::string_view name_of(std::string_view path) { return path.substr(path.rfind('/') + 1); }

// Levenshtein's, one row at a time.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0UZ);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t changed = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = std::exchange(row[j], std::min({changed, row[j] + 1, row[j - 1] + 1}));
    }
  }
  return row[b.size()];
}

// 0 is as good as equal; too_far is no suggestion.
std::size_t distance(const std::string& wanted, const std::string& candidate) {
  const std::string a = lower(wanted);
  const std::string b = lower(candidate);
  if (a == b) return 0;
  if (name_of(a) == name_of(b)) {
    const auto depth = [](std::string_view path) { return path_parts(path).size(); };
    return 1 + std::max(depth(a), depth(b)) - std::min(depth(a), depth(b));
  }
  const std::size_t longer = std::max(name_of(a).size(), name_of(b).size());
  const std::size_t shorter = std::min(name_of(a).size(), name_of(b).size());
  const std::size_t allowed = std::min<std::size_t>(3, longer / 3);
  if (longer - shorter > allowed || edit_distance(name_of(a), name_of(b)) > allowed) return too_far;
  return 10 + edit_distance(a, b);
}

}  // namespace

Result<std::string> tidy_path(const std::filesystem::path& root, std::string_view path) {
  if (path.empty()) return fail(Errc::invalid, "the path is empty");
  if (path.contains('\0')) return fail(Errc::invalid, "the path holds a NUL byte");
  if (path.size() > max_path_bytes) return fail(Errc::invalid, "the path is too long");
  if (path.starts_with('/')) {
    const std::string prefix = root.string();
    const bool beneath =
        path.starts_with(prefix) && (path.size() == prefix.size() || path[prefix.size()] == '/');
    if (!beneath) {
      return fail(Errc::denied, "{} is outside the project; paths are relative to {}", path,
                  prefix);
    }
    path.remove_prefix(prefix.size());
  }
  std::string tidy;
  for (const auto part : path_parts(path)) {
    if (part == ".") continue;
    if (part == "..") {
      return fail(Errc::denied, "{}: \"..\" is not allowed; paths are relative to the project",
                  path);
    }
    tidy += (tidy.empty() ? "" : "/") + std::string(part);
  }
  return tidy.empty() ? "." : tidy;
}

bool is_inside_git(std::string_view path) {
  return std::ranges::any_of(path_parts(path),
                             [](std::string_view part) { return lower(part) == ".git"; });
}

std::vector<std::string> near_paths(const sys::Directory& root, const std::string& path) {
  std::vector<std::pair<std::size_t, std::string>> found;
  const auto end = walk(root, ".", {}, [&](const std::string& candidate) {
    const std::size_t far = distance(path, candidate);
    if (far < too_far) found.emplace_back(far, candidate);
    return true;
  });
  if (!end) return {};
  std::ranges::stable_sort(found, {}, &std::pair<std::size_t, std::string>::first);
  std::vector<std::string> paths;
  for (auto& [far, candidate] : found) {
    if (paths.size() < max_suggestions) paths.push_back(std::move(candidate));
  }
  return paths;
}

}  // namespace plim::workspace
