#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "index/log_parser.hpp"

namespace plim::index {

/// The length of a text in whatever a budget is given in: tokens of the served model, or bytes.
using Measure = std::function<std::size_t(std::string_view)>;

struct TrimmedLog {
  std::string text;
  std::size_t cut_lines = 0;  ///< Of the log's lines that are not blank, those not in `text`.
};

/// The lines of a log that say what went wrong, in their order, within `budget`: the first errors
/// with their message, place and innermost own frames before later ones, errors before warnings,
/// what was said more than once written once with how often. Gaps are marked with the numbers of
/// the lines they leave out, for whoever has the whole log. Deterministic; `measure(text) <=
/// budget` always, if need be by an empty text.
///
/// `is_own` tells the project's files (as the log prints them) from libraries; empty: by look.
[[nodiscard]] TrimmedLog trim_log(const LogReport& report, std::size_t budget,
                                  const Measure& measure,
                                  const std::function<bool(const std::string& file)>& is_own = {});

}  // namespace plim::index
