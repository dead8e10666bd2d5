#pragma once

#include <cstddef>
#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "base/error.hpp"

namespace plim::index {

/// What documentation says about a question, and where it says it.
struct DocAnswer {
  std::string title;    ///< A symbol or a heading.
  std::string package;  ///< Empty: the project's own. "man": a manual page.
  std::string version;  ///< Empty: not said.
  std::string source;   ///< A path, with ":line" where that helps.
  std::string text;     ///< Signature and comment, or a section; at most about 1,600 bytes.
  bool exact = false;   ///< It is the symbol that was asked for.
};

struct DocsPlaces {
  std::filesystem::path root;   ///< The project.
  std::filesystem::path home;   ///< For the caches of Cargo and Go; may be empty.
  std::filesystem::path cache;  ///< Where indexes of packages are kept; empty: nowhere.
  std::filesystem::path manual = "/usr/share/man";
  std::string program_path;  ///< $PATH, to find mandoc in.
};

/// Looks a symbol or a question up in what is on this machine: installed dependencies in the
/// project's own versions, manual pages, the project's documents. Never asks a network. Exact
/// symbols come first; an empty list says: not found offline. `package`: only that one, "man" for
/// manual pages.
/// Errors: invalid for an empty question; cancelled.
[[nodiscard]] Result<std::vector<DocAnswer>> find_docs(const std::string& question,
                                                       const std::string& package,
                                                       const DocsPlaces& places, std::size_t limit,
                                                       std::stop_token stop);

}  // namespace plim::index
