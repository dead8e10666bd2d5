#include "engine/probe.hpp"

#include <algorithm>
#include <array>
#include <condition_variable>
#include <mutex>
#include <string_view>
#include <thread>

#include "base/utf8.hpp"
#include "engine/launch.hpp"
#include "sys/process.hpp"
#include "sys/read_some.hpp"

namespace plim::engine {
namespace {

std::vector<std::string> arguments_of(const std::filesystem::path& server,
                                      const plan::RunPlan& plan) {
  std::vector<std::string> arguments{server.string()};
  std::ranges::copy(memory_flags(plan), std::back_inserter(arguments));
  const auto fit = std::ranges::find(arguments, "--fit");
  if (fit != arguments.end() && fit + 1 != arguments.end()) *(fit + 1) = "on";
  // The dry run is silent below the debugging level. No prompt can be in its log: none was sent.
  const auto file = plan.files.empty() ? std::string() : plan.files.front().string();
  for (const auto* more : {"--offline", "--no-ui", "--no-warmup", "--host", "127.0.0.1", "--port",
                           "0", "--log-verbosity", "5", "--log-colors", "off", "--model"}) {
    arguments.emplace_back(more);
  }
  arguments.push_back(file);
  if (!plan.draft_files.empty()) {
    arguments.insert(arguments.end(), {"--spec-draft-model", plan.draft_files.front().string()});
  }
  return arguments;
}

/// Asks `source` to stop after `limit`, or when `outer` is asked to.
class Deadline {
 public:
  Deadline(std::stop_source source, std::chrono::milliseconds limit, const std::stop_token& outer)
      : forward_(outer, Forward{source}),
        timer_([this, source, limit](const std::stop_token& done) mutable {
          std::unique_lock lock(mutex_);
          if (!wake_.wait_for(lock, done, limit, [&] { return done.stop_requested(); })) {
            source.request_stop();
          }
        }) {}

 private:
  struct Forward {
    std::stop_source source;
    void operator()() { source.request_stop(); }
  };
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::stop_callback<Forward> forward_;
  std::jthread timer_;  // last: joins first
};

/// The last line of the dry run of one context: the host's row of its table.
bool ends_dry_run(std::string_view line) {
  return line.contains("memory_breakdown_print") && line.contains("- Host");
}

/// What was read so far, line by line.
struct DryRun {
  int tables = 1;  ///< It prints one for each context.
  LoadReport report;
  std::string partial;
  std::string last;
  bool whole = false;
  bool none = false;  // it went past where a dry run would have been

  void take(std::string_view bytes) {
    partial += bytes;
    for (auto end = partial.find('\n'); end != std::string::npos && !whole;
         end = partial.find('\n')) {
      last = partial.substr(0, end);
      partial.erase(0, end + 1);
      scan_log_line(last, report);
      if (ends_dry_run(last)) tables -= 1;
      whole = tables == 0;
      none = last.contains("listening on ");
    }
  }
};

}  // namespace

Result<LoadReport> probe(const std::filesystem::path& server, const plan::RunPlan& plan,
                         const std::vector<std::string>& env, std::chrono::milliseconds limit,
                         std::stop_token stop) {
  auto environment = env;
  environment.emplace_back("GGML_NO_BACKTRACE=1");
  auto child = TRY(sys::Process::spawn(
      {.argv = arguments_of(server, plan), .env = std::move(environment), .expendable = true}));
  const std::stop_source ended;
  const Deadline deadline(ended, limit, stop);
  DryRun reading{.tables = plan.guesses_with_weights() ? 2 : 1};
  std::array<char, 16U << 10U> buffer{};
  while (!reading.whole && !reading.none) {
    const auto got = sys::read_some(child.output(), buffer, ended.get_token());
    if (!got || *got == 0) break;
    reading.take({buffer.data(), *got});
  }
  (void)child.terminate(std::chrono::milliseconds(0));
  if (reading.whole) return std::move(reading.report);
  if (stop.stop_requested()) return fail(Errc::cancelled, "stopped");
  if (ended.stop_requested()) {
    return fail(Errc::timeout, "the engine's dry run took over {}", limit);
  }
  return fail(Errc::io, "the engine's dry run ended early: {}",
              terminal_safe(utf8_prefix(reading.last, 200)));
}

std::vector<Bytes> compute_by_row(const plan::RunPlan& plan, const LoadReport& report) {
  std::vector<Bytes> rows(plan.ledger.size());
  for (const auto& buffer : report.buffers) {
    if (buffer.kind != "compute" && buffer.kind != "output") continue;
    const auto own = std::ranges::find(plan.ledger, buffer.device, &plan::LedgerRow::device);
    const auto index = own == plan.ledger.end()
                           ? plan.ledger.size() - 1
                           : static_cast<std::size_t>(own - plan.ledger.begin());
    rows[index] += buffer.size;
  }
  return rows;
}

}  // namespace plim::engine
