#pragma once

#include <cstddef>
#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "app/commands.hpp"
#include "base/error.hpp"
#include "index/companions.hpp"
#include "index/docs_find.hpp"
#include "index/index.hpp"
#include "index/log_parser.hpp"
#include "index/packet.hpp"

namespace plim::app {

/// What `plim context`, `plim mcp` and a first turn ask of the project's index. Each question looks
/// at the files anew, so no answer is stale. Borrows nothing.
class Retrieval {
 public:
  explicit Retrieval(const Context& context)
      : root_(context.project),
        cache_(context.paths.cache / "index"),
        program_path_(context.paths.program_path) {}

  [[nodiscard]] Result<index::Snippets> find(const index::Query& query,
                                             const index::FindLimits& limits) const;
  /// `words` is what the user said besides the log.
  [[nodiscard]] Result<index::Snippets> find_in_log(const index::LogReport& report,
                                                    const std::string& words,
                                                    const index::FindLimits& limits) const;
  /// Of files of the project, relative to its root.
  [[nodiscard]] Result<std::vector<index::Companion>> companions(
      const std::vector<std::string>& files, std::size_t limit, std::stop_token stop) const;
  [[nodiscard]] Result<index::Packet> packet(const std::string& task, std::size_t budget,
                                             const index::Measure& measure) const;
  /// The same of an index that is open and fresh.
  [[nodiscard]] Result<index::Packet> packet(const index::Index& index, const std::string& task,
                                             std::size_t budget,
                                             const index::Measure& measure) const;

 private:
  [[nodiscard]] Result<index::Index> open() const;

  std::filesystem::path root_;
  std::filesystem::path cache_;
  std::string program_path_;
};

/// Where documentation may lie on this machine.
[[nodiscard]] index::DocsPlaces docs_places(const Context& context);

}  // namespace plim::app
