#pragma once

#include <string>
#include <vector>

#include "base/error.hpp"
#include "engine/load_report.hpp"
#include "plan/plan.hpp"

namespace plim::engine {

/// One figure of the plan beside what the engine really took.
struct Compared {
  std::string device;  ///< As in the plan's ledger.
  std::string part;    ///< "weights", "KV cache", "recurrent state", "compute".
  Bytes planned;
  Bytes measured;
  bool held = true;  ///< Within 1 MiB; compute may be less than planned.

  friend bool operator==(const Compared&, const Compared&) = default;
};

/// Why an engine is not as planned: decides which plan is worth trying next.
enum class Fault {
  none,
  placement,  ///< Layers or weights are elsewhere: no other cache or context mends that.
  guess,      ///< What is to guess tokens is not there: a plan without it may do.
  size,       ///< A cache or scratch buffer is larger or elsewhere: a smaller plan may fit.
};

/// What holding the plan against the engine's own log says.
struct Proof {
  std::vector<Compared> parts;        ///< In the ledger's order; parts that are 0 in both left out.
  std::vector<std::string> problems;  ///< One sentence each, naming the bytes; empty: proved.
  Fault fault = Fault::none;

  [[nodiscard]] bool holds() const { return problems.empty(); }
  friend bool operator==(const Proof&, const Proof&) = default;
};

/// Holds `plan` against what the engine said while it loaded.
///
/// Silence proves nothing: a log without a single buffer is a problem, too. A plan without a
/// ledger is one nobody made an account of; then only the layers are looked at.
[[nodiscard]] Proof prove(const plan::RunPlan& plan, const LoadReport& report);

/// The proof's problems as the error a start ends with (capacity). Must not hold.
[[nodiscard]] Error refuted(const Proof& proof);

}  // namespace plim::engine
