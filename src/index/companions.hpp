#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "index/index.hpp"

namespace plim::index {

/// What ties a file to others, the strongest where there are several.
enum class Tie : std::uint8_t { same_name, imported, imports, changed_together };

/// "same name", "imported", "imports it", "changed together".
[[nodiscard]] std::string_view to_string(Tie tie);

struct Companion {
  std::string path;
  Tie tie = Tie::same_name;
  double score = 0;  ///< Comparable within one answer only.

  friend bool operator==(const Companion&, const Companion&) = default;
};

struct CompanionPlaces {
  std::filesystem::path root;  ///< Of the project.
  std::string program_path;    ///< $PATH, to find git in; without git, or a repository: no history.
};

/// The files that go with `files`: their headers and tests, what they import and what imports them,
/// what was changed together with them. Best first, at most `limit`, without `files` themselves.
/// Reads at most some hundred files, and git's history for at most two seconds; runs no program of
/// the repository's, asks no network. `index` must be fresh. Errors: not_found for a path that is
/// no file of the index; cancelled.
[[nodiscard]] Result<std::vector<Companion>> companions(const Index& index,
                                                        std::span<const std::string> files,
                                                        const CompanionPlaces& places,
                                                        std::size_t limit, std::stop_token stop);

}  // namespace plim::index
