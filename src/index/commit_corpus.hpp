#pragma once

#include <filesystem>
#include <stop_token>
#include <string>

#include "index/corpus.hpp"
#include "index/store.hpp"

namespace plim::index {

struct ProjectPast {
  std::filesystem::path root;
  std::string program_path;  ///< $PATH, to find git in.
};

/// Brings `commits` up to date: what the newest commits say, to be ranked like files. Each is a
/// document whose text is the message, and whose path is the paths of what it changed, one on each
/// line. Those of more than twenty files, which say little of each, are left out. Kept in `store`,
/// if any, until another commit is checked out. Empty without git or a repository; as it was when
/// stopped.
void refresh_commits(Corpus& commits, const ProjectPast& past, const Store* store,
                     const std::stop_token& stop);

}  // namespace plim::index
