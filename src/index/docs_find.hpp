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
  std::vector<std::filesystem::path> headers = {"/usr/local/include", "/usr/include"};
  std::filesystem::path system_documents = "/usr/share/doc";  ///< A folder for each package.
  std::vector<std::filesystem::path> docsets;  ///< Folders of NAME.docset, as Zeal and Dash have.
  std::string program_path;                    ///< $PATH, to find mandoc in.
};

/// Looks a symbol or a question up in what is on this machine. A symbol: in installed dependencies
/// in the project's own versions, in manual pages, in the system's headers that the project
/// includes, in docsets. Then, as a question in words: in the project's documents and those of
/// packages. Never asks a network. An empty list says: not found offline. `package`: only that one;
/// "man" for manual pages; also a header ("sqlite3.h"), a docset, or a package with documents of
/// its own. Errors: invalid for an empty question; cancelled.
[[nodiscard]] Result<std::vector<DocAnswer>> find_docs(const std::string& question,
                                                       const std::string& package,
                                                       const DocsPlaces& places, std::size_t limit,
                                                       std::stop_token stop);

}  // namespace plim::index
