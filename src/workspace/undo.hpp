#pragma once

#include <string>
#include <vector>

namespace plim::workspace {

/// What an undo did. Paths are relative and sorted.
struct UndoReport {
  std::string task;                    ///< The task undone; empty when there was none left.
  std::vector<std::string> restored;   ///< Byte for byte and mode as before the task.
  std::vector<std::string> removed;    ///< Files the task had made.
  std::vector<std::string> conflicts;  ///< Changed by someone else since, left as they are.
  std::vector<std::string> lost;       ///< Before-image missing or damaged, left as they are.

  friend bool operator==(const UndoReport&, const UndoReport&) = default;
};

}  // namespace plim::workspace
