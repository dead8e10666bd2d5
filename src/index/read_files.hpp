#pragma once

#include <cstddef>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "index/document.hpp"
#include "index/sweep.hpp"
#include "sys/directory.hpp"

namespace plim::index {

/// What was read of some files that follow each other.
struct ReadPart {
  std::string segment;         ///< Bytes of a segment (segment_format.hpp), in the files' order.
  std::size_t unreadable = 0;  ///< Files that are not in it.
};

/// Reads `files` on as many threads as they are worth, each a part of about the same work: the same
/// files make the same parts on the same machine. After a stop they are incomplete.
[[nodiscard]] std::vector<ReadPart> read_files(const sys::Directory& root,
                                               std::span<const SweptFile* const> files,
                                               const ReadLimits& limits,
                                               const std::stop_token& stop);

/// Where each of `parts` parts ends when work of these costs is shared out in order: each but the
/// last as soon as it and those before it have their due.
[[nodiscard]] std::vector<std::size_t> even_ends(std::span<const double> costs, std::size_t parts);

}  // namespace plim::index
