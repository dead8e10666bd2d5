#pragma once

#include <cstdint>
#include <stop_token>
#include <string>

#include "base/error.hpp"

namespace plim::net {

/// A file somewhere else, read piece by piece.
class RemoteFile {
 public:
  /// `url` may have a query; nothing is sent yet.
  explicit RemoteFile(std::string url) : url_(std::move(url)) {}

  /// The bytes [first, first + count), fewer only where the file ends. Follows up to five
  /// redirects, never from https to http, and stays where they led. Errors: as send; denied and
  /// not_found for 401, 403 and 404; protocol for a server that ignores ranges, answers with others
  /// than asked for, or changes the file's size; invalid for a URL that is none.
  [[nodiscard]] Result<std::string> read(std::uint64_t first, std::uint64_t count,
                                         const std::stop_token& stop);

  /// Of the whole file; 0 before the first read.
  [[nodiscard]] std::uint64_t size() const { return size_; }

 private:
  std::string url_;
  std::uint64_t size_ = 0;
};

}  // namespace plim::net
