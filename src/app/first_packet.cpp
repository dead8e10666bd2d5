#include "app/first_packet.hpp"

#include <chrono>
#include <filesystem>
#include <utility>

#include "base/log.hpp"
#include "index/packet_tokens.hpp"
#include "index/sweep.hpp"
#include "sys/directory.hpp"

namespace plim::app {
namespace {

using namespace std::chrono_literals;

// A project is first read at about 7 MB/s and core; whoever waits for a first reply waits no
// longer than this for it, and the next session finds more of it done.
constexpr auto longest_wait = 10s;
// "fix the failing tests" says nothing of where; "undo refuses to restore" does.
constexpr int least_rare_words = 2;
constexpr int most_tries = 3;
// A smaller project is read again in a blink, so nothing of it is kept.
constexpr std::size_t least_files_to_keep = 100;
constexpr std::size_t most_files = 200'000;

Result<index::Index> open_index(const std::filesystem::path& root,
                                const std::filesystem::path& cache, const std::string& program_path,
                                const std::stop_token& stop) {
  const auto directory = TRY(sys::Directory::open(root));
  const auto files = TRY(index::sweep(directory, most_files)).files.size();
  if (files < least_files_to_choose_from) return fail(Errc::not_found, "too few files");
  const bool is_kept = files >= least_files_to_keep;
  auto index = TRY(index::Index::open({.root = root,
                                       .cache = is_kept ? cache : std::filesystem::path(),
                                       .program_path = program_path}));
  TRY(index.refresh(stop));
  return index;
}

}  // namespace

bool is_worth_sending(const index::Packet& packet) {
  return !packet.pieces.empty() && packet.files >= least_files_to_choose_from &&
         (packet.is_named || packet.rare_words >= least_rare_words);
}

FirstPacket::FirstPacket(const Context& context)
    : retrieval_(context),
      opening_(std::async(std::launch::async, open_index, context.project,
                          context.paths.cache / "index", context.paths.program_path,
                          given_up_.get_token())) {}

FirstPacket::~FirstPacket() { given_up_.request_stop(); }

std::optional<index::Index> FirstPacket::ready(const std::stop_token& stop) {
  const auto end = std::chrono::steady_clock::now() + longest_wait;
  while (opening_.wait_for(5ms) != std::future_status::ready) {
    if (stop.stop_requested() || std::chrono::steady_clock::now() > end) return std::nullopt;
  }
  auto index = opening_.get();
  // Files may have changed while the engine came up.
  if (!index || !index->refresh(stop)) return std::nullopt;
  return std::optional(*std::move(index));
}

agent::Retrieved FirstPacket::get(std::string_view task, Tokens budget, engine::Engine& engine,
                                  std::stop_token stop) {
  const auto index = ready(stop);
  if (!index) return {};
  double scale = 1;
  for (int tries = 0; tries < most_tries; ++tries) {
    const auto measure = [scale](std::string_view text) {
      return static_cast<std::size_t>(static_cast<double>(index::estimate_tokens(text)) * scale);
    };
    const auto packet = retrieval_.packet(*index, std::string(task),
                                          static_cast<std::size_t>(budget.value), measure);
    if (!packet || !is_worth_sending(*packet)) return {};
    const auto counted = engine.count(packet->text, stop);
    if (!counted || *counted <= budget) return {packet->text, packet->whole_files};
    // This vocabulary makes more of this project's text than most do of most.
    scale *= 1.02 * static_cast<double>(counted->value) / static_cast<double>(packet->cost);
  }
  log::info("app", "the model counts more tokens than fit in what was looked up: left out");
  return {};
}

}  // namespace plim::app
