#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/error.hpp"
#include "index/segment.hpp"
#include "sys/directory.hpp"

namespace plim::index {

/// The kept segments of one work tree: a large base, and a small one that amends it. Both are
/// replaced whole; the amendment names the base it belongs to, so that whatever survives a crash
/// or another instance's write is either used rightly or not at all.
class Store {
 public:
  struct Loaded {
    std::optional<Segment> base, amendment;
  };

  /// In `cache`, a folder named after `root`, made when missing. Errors: as Directory.
  [[nodiscard]] static Result<Store> open(const std::filesystem::path& cache,
                                          const std::filesystem::path& root);

  /// What is kept and sound; nothing is an answer too.
  [[nodiscard]] Loaded load() const;

  /// The newest commits (commit_corpus.hpp), if kept and sound.
  [[nodiscard]] std::optional<Segment> load_commits() const;
  /// Errors: as Directory.
  Result<void> save_commits(const Segment& commits) const;

  /// Keeps both, the base durable on return; `amendment` may be null. Does nothing when another
  /// instance is writing, or has meanwhile kept another base than `known_base`: its index is as
  /// good. Errors: as Directory.
  Result<void> save(const Segment& base, const Segment* amendment, std::uint64_t known_base) const;

 private:
  explicit Store(sys::Directory folder) : folder_(std::move(folder)) {}

  [[nodiscard]] std::optional<Segment> load_base() const;
  [[nodiscard]] std::optional<Segment> load_checked(const std::string& name) const;
  Result<void> write_base(std::string_view bytes) const;
  Result<void> write_checked(const std::string& name, std::string_view bytes) const;

  sys::Directory folder_;
};

}  // namespace plim::index
