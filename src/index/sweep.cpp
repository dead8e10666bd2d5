#include "index/sweep.hpp"

#include "workspace/walk.hpp"

namespace plim::index {

Result<Sweep> sweep(const sys::Directory& root, std::size_t max_files) {
  Sweep found;
  const workspace::WalkLimits limits{
      .max_files = max_files, .max_entries = 10 * max_files, .max_depth = 60};
  const auto take = [&](const std::string& path, const sys::FileStat* stat) {
    if (stat != nullptr) {
      found.files.push_back({path, version_of(*stat)});
    } else {
      ++found.unreadable;
    }
    return true;
  };
  const auto end = TRY(workspace::walk_with_stat(root, ".", limits, take));
  found.unreadable += end.unreadable;
  found.cut = end.cut;
  return found;
}

}  // namespace plim::index
