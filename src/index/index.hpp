// index: which files and functions of a project a task is about.
// Does not: know models or tokens, write into the project, run anything but git (history.hpp).
// Threads: an Index belongs to one thread; segments and corpora are immutable.
// Start at: this header, then rank.hpp for the ranking and segment.hpp for what is stored.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "index/document.hpp"
#include "index/question.hpp"
#include "index/rank.hpp"

namespace plim::index {

/// How complete the knowledge behind an answer is. Said to the user and the model when it is not.
struct Health {
  std::size_t files = 0;       ///< Known, by path at least.
  std::size_t by_grammar = 0;  ///< Of these: definitions found by their language's grammar…
  std::size_t by_scanner = 0;  ///< …line by line: tests, and where there is no grammar…
  std::size_t too_slow = 0;    ///< …line by line, because the grammar took too long.
  std::size_t cut = 0;         ///< Too large: only the beginning is searched.
  std::size_t binary = 0;      ///< Known by path only.
  std::size_t unreadable = 0;  ///< Files and folders that could not be read.
  bool incomplete = false;     ///< There are more files than the index takes.

  friend bool operator==(const Health&, const Health&) = default;
};

struct FileHit {
  std::string path;  ///< Relative to the root.
  Reason reason = Reason::words;
  Role role = Role::source;
  Language language = Language::data;
  double score = 0;  ///< Comparable within one answer only.

  friend bool operator==(const FileHit&, const FileHit&) = default;
};

struct FunctionHit {
  std::string path;
  std::string name;
  std::string container;  ///< The type or function around it; may be empty.
  std::uint32_t first_line = 1;
  std::uint32_t last_line = 1;  ///< Inclusive.
  double score = 0;

  friend bool operator==(const FunctionHit&, const FunctionHit&) = default;
};

/// What a task is about, best first.
struct Snippets {
  std::vector<FileHit> files;
  std::vector<FunctionHit> functions;
  std::vector<Question::Term> terms;  ///< The task's words, and what each is worth.
  Health health;
  int rare_words = 0;     ///< Of the task: those that few files have, and one of the best does.
  bool is_named = false;  ///< The task names a place, or something that few files define.
};

struct FindLimits {
  std::size_t files = 50;
  std::size_t functions = 50;
};

struct IndexOptions {
  std::filesystem::path root;
  /// Where indexes are kept, e.g. $XDG_CACHE_HOME/plimsoll/index; empty: in memory only. An index
  /// that cannot be kept is no error.
  std::filesystem::path cache;
  std::string program_path;  ///< $PATH, to find git in; without it the project has no past.
  std::size_t max_files = 200'000;
  ReadLimits limits;
};

/// What is known of the project beneath one folder.
class Index {
 public:
  /// Loads what was kept. Reads no file of the project yet.
  /// Errors: not_found, denied, io when the root cannot be opened.
  [[nodiscard]] static Result<Index> open(IndexOptions options);

  Index(Index&&) noexcept;
  Index& operator=(Index&&) noexcept;
  ~Index();

  /// Looks at every file's metadata and reads what has changed since, and what is checked out of
  /// the project's past. Files that cannot be read are left out and counted. Errors: those of open;
  /// cancelled.
  Result<void> refresh(const std::stop_token& stop = {});

  /// Ranks files and functions as of the last refresh.
  [[nodiscard]] Snippets find(const Query& query, const FindLimits& limits = {}) const;

  /// The files whose path ends in `suffix`, at part borders (`url.cpp`, `net/url.cpp`): a path as
  /// another machine, container or build folder wrote it. At most `limit`; best agreement first.
  [[nodiscard]] std::vector<std::string> resolve(std::string_view path,
                                                 std::size_t limit = 8) const;

  /// Files that define `name`, as far as they are few; at most `limit`.
  [[nodiscard]] std::vector<std::string> definers(std::string_view name,
                                                  std::size_t limit = 8) const;

  [[nodiscard]] const Health& health() const;
  [[nodiscard]] const Corpus& corpus() const;

 private:
  struct State;
  explicit Index(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

/// Opens, refreshes and asks, for a caller with one question: the agent's first turn.
[[nodiscard]] Result<Snippets> find(const IndexOptions& options, const Query& query,
                                    const FindLimits& limits = {});

}  // namespace plim::index
