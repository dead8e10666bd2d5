#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

#include "app/commands.hpp"
#include "base/error.hpp"
#include "index/index.hpp"
#include "index/log_parser.hpp"
#include "index/packet.hpp"

namespace plim::app {

/// What `plim context` and `plim mcp` ask of the project's index. Each question looks at the files
/// anew, so no answer is stale. Borrows nothing.
class Retrieval {
 public:
  explicit Retrieval(const Context& context)
      : root_(context.project), cache_(context.paths.cache / "index") {}

  [[nodiscard]] Result<index::Snippets> find(const index::Query& query,
                                             const index::FindLimits& limits) const;
  /// `words` is what the user said besides the log.
  [[nodiscard]] Result<index::Snippets> find_in_log(const index::LogReport& report,
                                                    const std::string& words,
                                                    const index::FindLimits& limits) const;
  /// Counted by estimate_tokens.
  [[nodiscard]] Result<index::Packet> packet(const std::string& task, std::size_t budget) const;

 private:
  [[nodiscard]] Result<index::Index> open() const;

  std::filesystem::path root_;
  std::filesystem::path cache_;
};

}  // namespace plim::app
