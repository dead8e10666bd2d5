#include "engine/proof.hpp"

#include <algorithm>
#include <format>
#include <utility>

namespace plim::engine {
namespace {

constexpr Bytes tolerance = 1_MiB;
// Inputs on the host, the layers on the device; one more table that models keep on the host. More
// pieces mean operations that the device cannot do: they run on the CPU, data to and fro.
constexpr int most_splits_on_gpu = 3;

// What the log calls the host's own memory, pinned memory included; the rest are devices.
bool is_host(std::string_view buffer) {
  return buffer.starts_with("CPU") || buffer.ends_with("_Host") || buffer == "AMX" ||
         buffer == "BLAS" || buffer == "KleidiAI";
}

// Weights the CPU backend copied into another layout, which pads them.
bool is_repacked(std::string_view buffer) {
  return is_host(buffer) && buffer != "CPU" && !buffer.starts_with("CPU_Mapped") &&
         !buffer.ends_with("_Host");
}

class Prover {
 public:
  Prover(const plan::RunPlan& plan, const LoadReport& report) : plan_(plan), report_(report) {}

  Proof run() {
    check_layers();
    if (!plan_.ledger.empty()) {
      if (report_.buffers.empty()) {
        find(Fault::size, "the engine's log names no buffer, so nothing is proved");
      } else {
        for (const auto& row : plan_.ledger) check_row(row);
        check_strangers();
      }
    }
    check_splits();
    check_guesses();
    return std::move(proof_);
  }

 private:
  void find(Fault fault, std::string problem) {
    if (proof_.fault != Fault::placement) proof_.fault = fault;
    proof_.problems.push_back(std::move(problem));
  }

  bool belongs(const Buffer& buffer, const plan::LedgerRow& row) const {
    return row.device == "host" ? is_host(buffer.device) : buffer.device == row.device;
  }

  template <class Wanted>
  Bytes sum(const plan::LedgerRow& row, Wanted wanted) const {
    Bytes total;
    for (const auto& buffer : report_.buffers)
      if (belongs(buffer, row) && wanted(buffer)) total += buffer.size;
    return total;
  }

  Bytes of_kind(const plan::LedgerRow& row, std::string_view kind) const {
    return sum(row, [kind](const Buffer& buffer) { return buffer.kind == kind; });
  }

  void compare(const plan::LedgerRow& row, const char* part, Bytes planned, Bytes measured,
               Bytes above, bool exact, Fault fault) {
    if (planned == Bytes{} && measured == Bytes{}) return;
    const bool too_much = measured > planned + above;
    const bool too_little = exact && measured + tolerance < planned;
    proof_.parts.push_back({row.device, part, planned, measured, !too_much && !too_little});
    if (!too_much && !too_little) return;
    const auto off = too_much ? measured - planned : planned - measured;
    find(fault, std::format("{} of {}: planned {}, the engine took {} ({} {})", part, row.device,
                            to_string(planned), to_string(measured), to_string(off),
                            too_much ? "more" : "less"));
  }

  void check_row(const plan::LedgerRow& row) {
    const auto repacked = sum(row, [](const Buffer& buffer) {
      return buffer.kind == "model" && is_repacked(buffer.device);
    });
    // Of a mapped file the whole span is named, whatever of it is used.
    const auto mapped = &row == &plan_.ledger.back() ? plan_.not_loaded : Bytes{};
    compare(row, "weights", row.weights, of_kind(row, "model"),
            tolerance + Bytes{repacked.value / 8} + mapped, true, Fault::placement);
    compare(row, "KV cache", row.kv, of_kind(row, "KV"), tolerance, true, Fault::size);
    compare(row, "recurrent state", row.recurrent, of_kind(row, "RS"), tolerance, true,
            Fault::size);
    compare(row, "compute", row.compute, of_kind(row, "compute") + of_kind(row, "output"),
            tolerance, false, Fault::size);
  }

  void check_strangers() {
    for (const auto& buffer : report_.buffers) {
      const auto planned = std::ranges::any_of(
          plan_.ledger, [&](const plan::LedgerRow& row) { return belongs(buffer, row); });
      if (planned || buffer.size <= tolerance) continue;
      find(Fault::placement, std::format("{} of {} on {}, where nothing was planned",
                                         to_string(buffer.size), buffer.kind, buffer.device));
    }
  }

  void check_layers() {
    if (!plan_.on_gpu) {
      if (report_.offloaded_layers == 0) return;
      return find(Fault::placement, std::format("{} layers are on a GPU; the plan says the CPU",
                                                report_.offloaded_layers));
    }
    const auto all = plan_.layers + 1 - plan_.host_layers;  // the output layer counts
    if (report_.offloaded_layers == all ||
        (plan_.layers == 0 && report_.layers > 0 && report_.offloaded_layers == report_.layers))
      return;
    find(Fault::placement, std::format("{} of {} layers are on {}; the plan says all",
                                       report_.offloaded_layers, all, plan_.device));
  }

  // A context that could not be set up leaves an engine that runs, without guessing.
  void check_guesses() {
    if (!plan_.guesses_with_weights()) return;
    if (!report_.guesses) find(Fault::guess, "the engine set up nothing that guesses tokens");
    if (plan_.on_gpu && report_.draft_offloaded_layers < report_.draft_layers) {
      find(Fault::placement,
           std::format("{} of {} layers of the model that guesses are on {}",
                       report_.draft_offloaded_layers, report_.draft_layers, plan_.draft_device));
    }
  }

  void check_splits() {
    if (!plan_.on_gpu || report_.splits <= most_splits_on_gpu) return;
    find(Fault::size,
         std::format("the engine cut its graph into {} pieces, so some operations run on the CPU",
                     report_.splits));
  }

  const plan::RunPlan& plan_;
  const LoadReport& report_;
  Proof proof_;
};

}  // namespace

Proof prove(const plan::RunPlan& plan, const LoadReport& report) {
  return Prover(plan, report).run();
}

Error refuted(const Proof& proof) {
  std::string text;
  for (const auto& problem : proof.problems) text += (text.empty() ? "" : "; ") + problem;
  return {Errc::capacity, "the engine is not as planned: " + text};
}

}  // namespace plim::engine
