#pragma once

#include "base/error.hpp"
#include "index/index.hpp"
#include "index/log_parser.hpp"

namespace plim::index {

/// Files and functions in which the faults of a log probably are: what rank_log() finds, with the
/// bodies of failing tests read from the project at `root`, fused with what the index finds for
/// the log's messages. `words` is what the user said besides; may be empty.
/// Errors: those of opening `root`.
[[nodiscard]] Result<Snippets> find_in_log(const Index& index, const std::filesystem::path& root,
                                           const LogReport& report, const std::string& words,
                                           const FindLimits& limits = {});

/// The report as a question: messages, symbols, tests and own frames, innermost first.
[[nodiscard]] Query query_of(const LogReport& report, const std::string& words);

}  // namespace plim::index
