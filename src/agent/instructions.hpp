#pragma once

#include <cstddef>
#include <set>
#include <string>

#include "workspace/workspace.hpp"

namespace plim::agent {

/// What the project tells agents: AGENTS.md files and skills (SKILL.md), read as text and nothing
/// more: no permission, command or setting ever comes from them.
///
/// The root's AGENTS.md enters the first message; one of a folder beneath arrives behind the first
/// result that touches a file there, so that the start of the prompt never changes.
/// Source: agents.md ("the nearest file takes precedence"); agentskills.io, "Progressive
/// disclosure".
class Instructions {
 public:
  /// "\n\n[AGENTS.md]\n…" cut at `max_bytes`, with a note; empty without the file.
  [[nodiscard]] std::string of_root(const workspace::Workspace& files, std::size_t max_bytes);
  /// The names and descriptions of the project's skills, at most `max_bytes`; empty without any.
  [[nodiscard]] static std::string skills(const workspace::Workspace& files, std::size_t max_bytes);
  /// The AGENTS.md of the folders of `path` that were not shown yet, outermost first.
  [[nodiscard]] std::string on_touch(const workspace::Workspace& files, const std::string& path,
                                     std::size_t max_bytes);

 private:
  [[nodiscard]] std::string show(const workspace::Workspace& files, const std::string& file,
                                 std::size_t max_bytes);

  std::set<std::string> shown_;
};

}  // namespace plim::agent
