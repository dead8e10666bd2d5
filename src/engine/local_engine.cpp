#include "engine/local_engine.hpp"

#include <algorithm>
#include <array>
#include <format>
#include <functional>
#include <utility>

#include "base/log.hpp"
#include "engine/discovery.hpp"
#include "engine/slots.hpp"

namespace plim::engine {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

// A dead child is noticed in milliseconds; this is for a machine on its knees.
constexpr auto death_limit = std::chrono::seconds(2);
constexpr milliseconds probe_limit = std::chrono::seconds(10);
constexpr int most_rounds = 3;  // of one request
constexpr milliseconds keep_limit = std::chrono::seconds(20);
constexpr milliseconds least_silence = std::chrono::seconds(5);
constexpr milliseconds idle_enough = std::chrono::seconds(2);

// Names the model and the layout of its cache: what another one wrote is of no use.
std::string slot_name(const SlotOptions& slots, const plan::RunPlan& plan, std::string_view build) {
  std::error_code ignored;
  auto key = std::format("{}|{}|{}|{}", plan.model, plan::to_string(plan.kv_k),
                         plan::to_string(plan.kv_v), build);
  for (const auto& file : plan.files)
    key += std::format("|{}|{}|{}", file.string(), fs::file_size(file, ignored),
                       fs::last_write_time(file, ignored).time_since_epoch().count());
  return std::format("{}-{:016x}.slot", slots.name, std::hash<std::string>{}(key));
}

Bytes cache_of(const plan::RunPlan& plan) {
  Bytes sum;
  for (const auto& row : plan.ledger) sum += row.kv + row.recurrent;
  return sum;
}

}  // namespace

/// One request's outcome, and whether asking again can be kept from the caller.
struct LocalEngine::Round {
  ChatResult reply;
  bool again = false;
};

LocalEngine::LocalEngine(LaunchOptions options)
    : told_(options.on_event),
      on_draft_loss_(options.on_draft_loss),
      steady_looks_(options.watch.steady_looks),
      ladder_(options.plan, options.fallbacks),
      slots_(options.slots),
      server_([&] {
        auto own = options;
        own.on_event = [this](const EngineEvent& event) { on_event(event); };
        return own;
      }()),
      watcher_({.gauge = options.watch.gauge,
                .period = options.watch.period,
                .on_finding = [this](const Finding& finding) { on_finding(finding); },
                .on_look = [this] { on_look(); }}) {
  if (slots_.dir.empty()) return;
  std::error_code ignored;
  fs::create_directories(slots_.dir, ignored);
  fs::permissions(slots_.dir, fs::perms::owner_all, ignored);
}

Result<std::unique_ptr<LocalEngine>> LocalEngine::start(LaunchOptions options,
                                                        std::stop_token stop) {
  std::unique_ptr<LocalEngine> engine(new LocalEngine(std::move(options)));
  const std::scoped_lock turn(engine->turn_);
  if (auto ready = engine->be_ready(stop); !ready) return std::unexpected(ready.error());
  return engine;
}

Result<void> LocalEngine::be_ready(const std::stop_token& stop) {
  for (;;) {
    const auto ready = server_.ensure_ready(stop);
    if (ready) break;
    auto fault = server_.proof().fault;
    if (fault == Fault::none && ready.error().code == Errc::capacity) fault = Fault::size;
    const bool may_be_the_guessing =
        ladder_.current().guesses_with_weights() && ready.error().code != Errc::cancelled;
    if (fault == Fault::none && may_be_the_guessing) fault = Fault::guess;
    if (fault == Fault::none || !ladder_.step_down(fault)) return ready;
    note(std::format("{}; trying the next plan: {}", ready.error().message,
                     ladder_.current().reason));
    server_.restart_with(ladder_.current());
  }
  if (server_.generation() == generation_) return {};
  return take_up(stop);
}

// What has to be learnt of a server that is new.
Result<void> LocalEngine::take_up(const std::stop_token& stop) {
  const auto peer = server_.peer();
  const auto answer = TRY(get(peer, "/props", stop));
  auto props = parse_props(answer.body);
  if (!props) return fail(Errc::protocol, "llama-server does not say what it serves");
  served_ = {
      std::move(props->model),        props->context, "/props", true, std::move(props->build),
      std::move(props->chat_template)};
  generation_ = server_.generation();
  can_shrink_ = Ladder(ladder_).step_down(Fault::size);
  if (const auto pace = server_.warm_up_done().ms_per_token; pace > 0) ms_per_token_ = pace;
  unkept_ = 0;
  restore(stop);
  watcher_.watch(server_.pid(), ladder_.current());
  remember_look();
  return {};
}

void LocalEngine::restore(const std::stop_token& stop) {
  slot_file_.clear();
  if (slots_.dir.empty() || slots_.name.empty()) return;
  slot_file_ = slot_name(slots_, ladder_.current(), served_.build);
  std::error_code ignored;
  if (!fs::exists(slots_.dir / slot_file_, ignored)) return;
  const auto restored = restore_slot(server_.peer(), slot_file_, stop);
  if (restored)
    log::info("engine", "{} tokens of this conversation need not be read again", restored->value);
  else
    fs::remove(slots_.dir / slot_file_, ignored);  // of no use to anybody
}

void LocalEngine::resume(const std::string& conversation) {
  const std::scoped_lock turn(turn_);
  slots_.name = conversation;
  if (server_.state() == ServerProcess::State::ready) restore({});
}

ChatResult LocalEngine::chat(const ChatRequest& request, const Sink& on_delta,
                             std::stop_token stop) {
  const std::scoped_lock turn(turn_);
  for (int round = 1;; ++round) {
    const auto ready = be_ready(stop);
    pass_notices(on_delta);
    if (!ready) return std::unexpected(ready.error());
    auto [reply, again] = ask(request, on_delta, stop);
    if (reply || !again || round == most_rounds) return std::move(reply);
    note(reply.error().error.message + "; asked again");
  }
}

LocalEngine::Round LocalEngine::ask(const ChatRequest& request, const Sink& on_delta,
                                    std::stop_token stop) {
  std::stop_source flight;
  const std::stop_callback on_stop(stop, [&flight] { flight.request_stop(); });
  {
    const std::scoped_lock mail(mail_);
    flight_ = &flight;
    if (interruption_) cut_short(*interruption_);  // it came while the last reply ended
  }
  bool passed_on = false;
  const Sink sink = [&](const Delta& delta) {
    passed_on = passed_on || std::holds_alternative<chat::TextDelta>(delta);
    on_delta(delta);
  };
  watcher_.begin_reply(normal_silence());
  auto reply = chat_with(server_.peer(), served_, request, sink, flight.get_token(),
                         [this] { watcher_.heard(); });
  const auto usage = reply ? reply->usage : chat::Usage{};
  const auto slow = watcher_.end_reply(usage);
  if (slow) tell(*slow, {});
  std::optional<Finding> interruption;
  {
    const std::scoped_lock mail(mail_);
    flight_ = nullptr;
    interruption = std::exchange(interruption_, {});
    if (reply) cut_short_ = false;
  }
  if (reply) {
    learn(usage);
    judge_drafts(usage);
  }
  if (interruption)
    react(*interruption);
  else if (slow)
    react(*slow);
  if (reply) return {std::move(reply)};
  if (interruption && !stop.stop_requested()) {
    const auto code = interruption->reaction == Reaction::restart ? Errc::timeout : Errc::io;
    return {std::unexpected(ChatError(Error{code, interruption->event.cause})), !passed_on};
  }
  auto failure = explain_failure(std::move(reply).error(), request, stop);
  const bool died = server_.state() == ServerProcess::State::dead;
  return {std::unexpected(std::move(failure)), died && !passed_on && !stop.stop_requested()};
}

std::optional<Tokens> LocalEngine::count(std::string_view text, std::stop_token stop) {
  if (server_.state() != ServerProcess::State::ready) return std::nullopt;
  const auto counted = count_tokens(server_.peer(), text, std::move(stop));
  return counted ? std::optional(*counted) : std::nullopt;
}

// The connection's error only says that it broke; the child's end says why.
ChatError LocalEngine::explain_failure(ChatError failure, const ChatRequest& request,
                                       std::stop_token stop) {
  constexpr std::array broken{Errc::io, Errc::protocol, Errc::not_found, Errc::timeout};
  if (std::ranges::find(broken, failure.error.code) == broken.end()) return failure;
  if (failure.error.code == Errc::timeout) {
    auto peer = server_.peer();
    peer.stall_limit = std::min(probe_limit, peer.stall_limit);
    // One more token of the same conversation: what the slot has computed stays.
    auto one_token = request;
    one_token.max_tokens = Tokens{1};
    const auto proof = chat_with(peer, served_, one_token, [](const Delta&) {}, stop);
    if (proof || stop.stop_requested()) return failure;
    server_.condemn(
        std::format("the engine hung: nothing for {} and no answer to a probe",
                    std::chrono::ceil<std::chrono::seconds>(server_.peer().stall_limit)));
  }
  auto cause = server_.cause_of_death(death_limit, std::move(stop));
  if (!cause) return failure;
  return during("the engine died while it answered")(*std::move(cause));
}

void LocalEngine::react(const Finding& finding) {
  switch (finding.reaction) {
    case Reaction::none:
      return;
    case Reaction::restart:
      server_.condemn(finding.event.cause);
      (void)server_.cause_of_death(death_limit, {});
      return;
    case Reaction::shrink:
      return go_down(Fault::size);
    case Reaction::one_thread: {
      keep_slot();
      ladder_.use_threads(1);
      note("went on with one thread: several wait for one another while others have a core");
      return server_.restart_with(ladder_.current());
    }
  }
}

void LocalEngine::go_down(Fault fault) {
  keep_slot();
  const auto before = needed(ladder_.current());
  if (!ladder_.step_down(fault)) return;
  watcher_.rest();
  const auto& plan = ladder_.current();
  note(std::format("went down to a smaller plan, which frees {}: {}",
                   to_string(before - needed(plan)), plan.reason));
  server_.restart_with(plan);
}

void LocalEngine::keep() {
  const std::scoped_lock turn(turn_);
  keep_slot();
}

void LocalEngine::keep_slot() {
  if (slot_file_.empty() || unkept_ == 0) return;
  if (server_.state() != ServerProcess::State::ready) return;
  const auto worth = static_cast<double>(slots_.worth.count());
  if (static_cast<double>(unkept_) * ms_per_token_ < worth) return;
  if (cache_of(ladder_.current()) > slots_.limit) return;
  auto peer = server_.peer();
  peer.stall_limit = std::min<milliseconds>(peer.stall_limit, keep_limit);
  const auto saved = save_slot(peer, slot_file_, {});
  if (!saved) return log::warn("engine", "the slot cannot be kept: {}", saved.error().message);
  unkept_ = 0;
  trim_slots(slots_.dir, slots_.limit);
}

void LocalEngine::learn(const chat::Usage& usage) {
  const auto read = usage.prompt.value - usage.cached.value;
  unkept_ += read + usage.completion.value;
  constexpr std::int64_t telling = 64;
  if (read < telling || usage.prefill_ms <= 0) return;
  const auto pace = usage.prefill_ms / static_cast<double>(read);
  ms_per_token_ = ms_per_token_ == 0 ? pace : (ms_per_token_ + pace) / 2;
}

// A restart costs a load, so that it waits for the next pause.
void LocalEngine::judge_drafts(const chat::Usage& usage) {
  if (ladder_.current().draft == 0) return;
  drafting_.take(usage, plain_ms(usage));
  if (!drafting_.costs()) return;
  const auto judged = ladder_.current();
  ladder_.stop_drafting();
  drafting_ = {};
  redraft_ = true;
  log::info("engine", "guessing tokens ahead costs more than it saves here; no more of it");
  if (on_draft_loss_) on_draft_loss_(judged);
}

// What the reply would have taken without guesses, by what was measured here; 0: not known, or
// others kept the processor busy.
double LocalEngine::plain_ms(const chat::Usage& usage) {
  constexpr double disturbed = 10;  // percent
  const auto& plan = ladder_.current();
  if (!plan.speed_measured || plan.speed.decode.median <= 0) return 0;
  if (!plan.on_gpu && watcher_.last().cpu_stall > disturbed) return 0;
  const auto start = 1000 / plan.speed.decode.median;
  const auto full = plan.full_decode.median > 0 ? 1000 / plan.full_decode.median : start;
  const auto depth = static_cast<double>((usage.prompt + usage.completion).value) /
                     static_cast<double>(plan.context.value);
  return static_cast<double>(usage.completion.value) * (start + (full - start) * depth);
}

// Progress is told once per batch, so that long is how long a healthy engine may be silent.
milliseconds LocalEngine::normal_silence() const {
  const auto& plan = ladder_.current();
  const auto limit = server_.peer().stall_limit;
  if (ms_per_token_ == 0) return std::min(plan.on_gpu ? limit : least_silence, limit);
  const milliseconds batch(static_cast<std::int64_t>(4 * plan.batch * ms_per_token_));
  return std::min(std::max(batch, least_silence), limit);
}

void LocalEngine::note(std::string text) {
  log::info("engine", "{}", text);
  const std::scoped_lock mail(mail_);
  notices_.push_back(std::move(text));
}

void LocalEngine::pass_notices(const Sink& on_delta) {
  std::vector<std::string> notices;
  {
    const std::scoped_lock mail(mail_);
    notices.swap(notices_);
  }
  for (auto& text : notices) on_delta(chat::Notice{std::move(text)});
}

void LocalEngine::on_event(const EngineEvent& event) {
  auto told = event;
  // Who killed it is not in its exit status; the control group knows.
  // Not the watcher: this may be called while it is taken down.
  const auto seen = [this] {
    const std::scoped_lock mail(mail_);
    return seen_;
  }();
  const bool for_memory = read_oom_kills(seen.oom_counter) > seen.oom_kills;
  if (told.kind == EventKind::abort && for_memory) told.kind = EventKind::oom;
  log::info("engine", "{}", to_string(told));
  if (told_) told_(told);
}

// Noted first: who hears of the event may ask at once, and its reply brings the notes.
void LocalEngine::tell(const Finding& finding, std::string_view advice) {
  log::warn("engine", "{}", to_string(finding.event));
  note(to_string(finding.event));
  if (!advice.empty()) note(std::string(advice));
  if (told_ && finding.reaction != Reaction::restart) told_(finding.event);  // its end is told
}

void LocalEngine::on_finding(const Finding& finding) {
  const bool stuck = finding.reaction == Reaction::shrink && !can_shrink_;
  tell(finding,
       stuck ? "nothing smaller is planned: end the other program, or take a smaller model" : "");
  if (stuck || finding.reaction == Reaction::none) return;
  const std::unique_lock turn(turn_, std::try_to_lock);
  if (turn) return react(finding);
  const std::scoped_lock mail(mail_);
  interruption_ = finding;
  cut_short(finding);
}

// Whoever holds mail_. A shortage that lasts would end each new try of the same reply, until none
// is left: the second one is let through, and the plan taken down after it.
void LocalEngine::cut_short(const Finding& finding) {
  if (flight_ == nullptr) return;
  if (finding.reaction == Reaction::shrink && std::exchange(cut_short_, true)) return;
  flight_->request_stop();
}

void LocalEngine::remember_look() {
  auto seen = watcher_.last();
  const std::scoped_lock mail(mail_);
  seen_ = std::move(seen);
}

std::optional<Bytes> LocalEngine::device_memory() const {
  const auto seen = watcher_.last();
  return seen.device ? seen.device->own : std::nullopt;
}

// Between replies: keep what was computed, and go back up when there is room again.
void LocalEngine::on_look() {
  remember_look();
  if (watcher_.idle() < idle_enough) return;
  const std::unique_lock turn(turn_, std::try_to_lock);
  if (!turn) return;
  keep_slot();
  if (server_.state() != ServerProcess::State::ready) return;
  if (redraft_ &&
      static_cast<double>(unkept_) * ms_per_token_ < static_cast<double>(slots_.worth.count())) {
    redraft_ = false;
    watcher_.rest();
    return server_.restart_with(ladder_.current());
  }
  const auto* above = ladder_.above();
  if (above == nullptr) return;
  if (watcher_.seconds_with_room(needed(*above) - needed(ladder_.current())) < steady_looks_)
    return;
  note(std::format("memory is free again: back to the plan before: {}", above->reason));
  ladder_.step_up();
  watcher_.rest();
  server_.restart_with(ladder_.current());
}

}  // namespace plim::engine
