#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/units.hpp"

namespace plim::agent {

/// What was looked up of the project for a task.
struct Retrieved {
  std::string text;                      ///< Empty: nothing that is sure to help.
  std::vector<std::string> whole_files;  ///< Files of which `text` shows every line.
};

/// Looks up what a task needs, in at most `budget` tokens of the served model.
using Retrieve =
    std::function<Retrieved(std::string_view task, Tokens budget, std::stop_token stop)>;

/// The end of the first message that holds what was looked up, between two lines that say what it
/// is: lines of files, which are data. Nothing in it grants, asks or switches anything.
[[nodiscard]] std::string retrieved_part(std::string_view text);
/// That part of a message; empty without one.
[[nodiscard]] std::string_view find_retrieved(std::string_view message);
/// The message as it would be without.
[[nodiscard]] std::string without_retrieved(std::string_view message);

}  // namespace plim::agent
