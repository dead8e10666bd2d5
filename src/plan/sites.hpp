#pragma once

#include <string>
#include <vector>

#include "base/error.hpp"
#include "hw/hw.hpp"
#include "plan/account.hpp"

namespace plim::plan {

/// The places `device` ("auto", "cpu", or a GPU's name) allows, best first, and what the user
/// should know about those passed over.
struct Sites {
  std::vector<Site> sites;  ///< Never empty.
  std::vector<std::string> warnings;
};

/// Errors: not_found, listing what there is, when no GPU answers to `device`; invalid when the
/// engine cannot use the one that does.
[[nodiscard]] Result<Sites> find_sites(const hw::Hardware& hardware, const std::string& device);

}  // namespace plim::plan
