#pragma once

#include <cstddef>
#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "index/docs_find.hpp"
#include "index/docs_packages.hpp"
#include "index/docs_sqlite.hpp"

namespace plim::index {

/// The sections of documents (README.md, docs/, text and HTML pages) in a full-text index, SQLite's
/// FTS5: for questions in words. Folders are read when they are asked about, and changed files
/// again.
class DocShelf {
 public:
  /// In `cache` (docs.sqlite), or in memory when that is empty or cannot be written.
  /// Errors: io.
  [[nodiscard]] static Result<DocShelf> open(const std::filesystem::path& cache);

  /// The sections of the package's documents that have most of the question's words, best first.
  /// Errors: io; those of reading the folder.
  [[nodiscard]] Result<std::vector<DocAnswer>> find(const std::string& question,
                                                    const DocPackage& package, std::size_t limit,
                                                    const std::stop_token& stop);

 private:
  explicit DocShelf(Database database) : database_(std::move(database)) {}
  [[nodiscard]] static Result<DocShelf> open_file(const std::filesystem::path& file);
  Result<void> refresh(const std::filesystem::path& folder, const std::stop_token& stop);
  Result<void> take_in(const std::string& folder, const std::string& path, const std::string& stamp,
                       std::string_view text);
  Result<void> forget(std::int64_t file);

  Database database_;
};

}  // namespace plim::index
