#pragma once

#include <string>
#include <vector>

#include "plan/plan.hpp"

namespace plim::app {

/// The answers as one JSON object: bytes are integers, `left` is negative by what is missing.
///
/// `devices` are where the layers live. On a machine without a GPU that is one row "CPU" of the
/// same memory as `host`, which then holds only what the server needs beside the model.
/// With several models the rows are sums and `models` has each one's answer.
[[nodiscard]] std::string to_json(const std::vector<plan::Assessment>& answers);

}  // namespace plim::app
