// Task: one reply of the model, and the room it needs.
#include <algorithm>
#include <format>
#include <utility>

#include "agent/compact.hpp"
#include "agent/reply_watch.hpp"
#include "agent/task.hpp"
#include "agent/words.hpp"
#include "base/log.hpp"
#include "base/utf8.hpp"

namespace plim::agent {
namespace {

constexpr int most_attempts = 3;  // of one request
// Making room costs the engine's cache behind the first thing dropped, so it is done rarely and
// thoroughly: down to a quarter of what is not fixed; stubs alone will do up to 45%.
constexpr int target_percent = 25;
constexpr int enough_percent = 45;
constexpr std::size_t most_record_bytes = 1600;
constexpr std::size_t least_result_bytes = 256;
constexpr std::size_t kept_of_rambling = 400;
// A request's last tokens are always computed again, and templates render a reply a little
// differently from how it was generated.
constexpr Tokens prefill_slack{64};

// Failures that say nothing about the request itself.
bool is_worth_retrying(Errc code) {
  return code == Errc::io || code == Errc::timeout || code == Errc::protocol;
}

bool has_reasoning(const chat::Transcript& transcript) {
  return std::ranges::any_of(transcript,
                             [](const chat::Message& m) { return !m.reasoning.empty(); });
}

}  // namespace

Tokens Task::cost_of(std::span<const chat::Message> transcript) const {
  return budget_.real(fixed_.tools + transcript_cost(transcript));
}

// llama-server ends a reply where the context does, so the limit stays the same and with it every
// byte before the messages; others refuse a request whose limit does not fit.
Tokens Task::reply_limit(Tokens prompt) const {
  if (parts_.engine.served().is_llama_server) return budget_.reply_reserve();
  return std::min(budget_.reply_reserve(), budget_.context() - prompt);
}

engine::ChatResult Task::request(const chat::Transcript& transcript, Tokens max_tokens,
                                 bool shown) {
  std::stop_source abort;
  const std::stop_callback chained(deadline_.token(), [&abort] { abort.request_stop(); });
  // llama-server ends the thought itself there; elsewhere, or should it not, the watch ends the
  // reply. It counts bytes, so it must not be the first where the engine counts tokens.
  const Tokens thinking = budget_.thinking();
  const std::size_t bytes_per_token = parts_.engine.served().is_llama_server ? 8 : 4;
  ReplyWatch watch(static_cast<std::size_t>(thinking.value) * bytes_per_token);
  auto verdict = ReplyWatch::Verdict::go_on;
  std::string text;
  auto reply = parts_.engine.chat(
      {.transcript = transcript,
       .tools = parts_.tools.specs(),
       .max_tokens = max_tokens,
       .max_thinking = thinking,
       .temperature = options_.temperature,
       .seed = options_.seed},
      [&](const engine::Delta& delta) {
        const auto* piece = std::get_if<chat::TextDelta>(&delta);
        const auto* call = std::get_if<chat::CallDelta>(&delta);
        if (verdict == ReplyWatch::Verdict::go_on) {
          if (piece != nullptr) verdict = watch.feed(piece->text, piece->reasoning);
          if (call != nullptr) verdict = watch.feed_call(call->arguments);
        }
        if (verdict != ReplyWatch::Verdict::go_on) abort.request_stop();
        if (piece != nullptr && !piece->reasoning) text += piece->text;
        if (shown) std::visit([this](const auto& event) { sink_(event); }, delta);
      },
      abort.get_token());
  if (reply || verdict == ReplyWatch::Verdict::go_on || deadline_.token().stop_requested())
    return reply;
  stopped_by_watch_ = verdict == ReplyWatch::Verdict::repeats ? words::rambling : words::cut_off;
  emit(chat::Notice{verdict == ReplyWatch::Verdict::repeats
                        ? "the reply repeated itself and was stopped"
                        : "the model thought for too long and was stopped"});
  return chat::Reply{.message = {.role = chat::Role::assistant,
                                 .content = std::string(utf8_prefix(text, kept_of_rambling))},
                     .finish = chat::FinishReason::length,
                     .usage = {}};
}

// Names why the engine computed again what an earlier request had already made it compute.
void Task::explain_prefill(const chat::Usage& usage) {
  const auto cause = std::exchange(prefix_changed_, "");
  const auto expected = std::exchange(last_prompt_, usage.prompt);
  const bool again = usage.cached + prefill_slack < expected;
  if (usage.prompt.value <= 0 || !parts_.engine.served().is_llama_server) return;
  if (!cause.empty()) {
    return log::info("agent", "prefill of {} tokens, {} cached: {}", usage.prompt.value,
                     usage.cached.value, cause);
  }
  if (!again) return;
  const auto guess = has_reasoning(transcript_)
                         ? "the model's template rewrites earlier turns, or the slot was used by "
                           "somebody else"
                         : "the slot was used by somebody else, or the model cannot rewind";
  log::info("agent", "prefill of {} tokens again, {} cached of {} expected: {}",
            (expected - usage.cached).value, usage.cached.value, expected.value, guess);
  if (std::exchange(prefill_noticed_, true)) return;
  emit(chat::Notice{std::format("the engine read {} tokens again that it had: {}",
                                (expected - usage.cached).value, guess)});
}

chat::Reply Task::take(chat::Reply reply, Tokens cost) {
  explain_prefill(reply.usage);
  rescue(reply);
  result_.usage += reply.usage;
  ++result_.turns;
  if (reply.usage.prompt.value > 0) {
    budget_.correct(reply.usage, cost);
  } else {
    budget_.add(reply.message);
  }
  transcript_.push_back(reply.message);
  emit(chat::MessageAdded{reply.message});
  emit(chat::TurnFinished{reply.usage, budget_.account(fixed_)});
  return reply;
}

Result<chat::Reply> Task::ask_model() {
  if (budget_.is_tight())
    make_room(with_share_of_rest(target_percent), "the context is nearly full");
  bool recovered = false;
  for (int attempt = 1;; ++attempt) {
    if (budget_.reply_cap() < Budget::least_reply) return std::unexpected(no_room());
    const auto cost = fixed_.tools + transcript_cost(transcript_);
    auto reply = request(transcript_, reply_limit(budget_.used()), true);
    if (reply) return take(std::move(*reply), cost);
    const auto& [error, overflow] = reply.error();
    if (overflow) {
      if (std::exchange(recovered, true) || !recover(*overflow, cost))
        return std::unexpected(no_room());
      continue;
    }
    if (!is_worth_retrying(error.code) || attempt == most_attempts) return std::unexpected(error);
    emit(chat::Notice{std::format("{}; trying again", error.message)});
  }
}

// The server counted otherwise than we did: its numbers become ours, and room is made once.
bool Task::recover(const engine::Overflow& overflow, Tokens cost) {
  emit(chat::Notice{std::format("the server counts {} tokens where {} fit: making room",
                                overflow.prompt.value, overflow.context.value)});
  budget_.correct(overflow.prompt, overflow.context, cost);
  const Tokens fitting =
      std::min(with_share_of_rest(target_percent), Tokens{budget_.used().value * 4 / 5});
  return make_room(fitting, "it did not fit the server's context");
}

Error Task::no_room() {
  no_room_ = true;
  return {Errc::capacity,
          std::format("the request has {} tokens, the context {}, and nothing more can be dropped: "
                      "give a larger --ctx or a smaller task",
                      budget_.used().value, budget_.context().value)};
}

// What always stays (the system message, the tools, the task), and a share of the rest.
Tokens Task::with_share_of_rest(int percent) const {
  const auto head = std::min<std::size_t>(transcript_.size(), 2);
  const auto stays = cost_of(std::span(transcript_).first(head));
  const auto rest = std::max<std::int64_t>((budget_.context() - stays).value, 0);
  return {stays.value + rest * percent / 100};
}

bool Task::make_room(Tokens target, std::string_view why) {
  const Cost cost = [this](std::span<const chat::Message> t) { return cost_of(t); };
  const auto before = cost_of(transcript_);
  auto next = transcript_;
  const auto stubbed = stub_old_results(next, cost, target);
  auto how = std::format("{}: dropped the text of {} old tool results", why, stubbed);
  // Stubs alone may not be enough, or would have to be made again at once.
  const Tokens enough = std::min(target + target, with_share_of_rest(enough_percent));
  if (cost(next) > std::max(enough, target)) {
    if (auto whole = collapsed(next); !whole.empty()) {
      next = std::move(whole);
      how = std::format("{}: earlier turns became a summary", why);
    }
  }
  // What the model has not answered yet is cut only when a reply could not be had otherwise.
  for (std::size_t bytes = budget_.tool_result_bytes();
       cost(next) + Budget::least_reply > budget_.context() && bytes >= least_result_bytes;
       bytes /= 2) {
    if (cut_results(next, bytes) > 0) how = std::format("{}: cut the last results", why);
  }
  if (cost(next) >= before) return false;
  replace_transcript(std::move(next), std::move(how));
  return true;
}

// The head with the user's words, plim's record and the model's notes, then the last turn; empty
// when that would not free at least a tenth of what `stubbed` needs.
chat::Transcript Task::collapsed(const chat::Transcript& stubbed) {
  const auto record =
      record_.text([this](const std::string& path) { return hash_of(path); }, most_record_bytes);
  const Tokens worthwhile{cost_of(stubbed).value * 9 / 10};
  if (cost_of(collapse(transcript_, record, "")) > worthwhile) return {};
  auto whole = collapse(transcript_, record, model_notes(stubbed));
  return cost_of(whole) > worthwhile ? collapse(transcript_, record, "") : whole;
}

// What the model itself wants to keep, asked for behind the same prefix, so that the engine reads
// only the question. Empty when there is no room for that, or no answer.
std::string Task::model_notes(const chat::Transcript& stubbed) {
  const chat::Message question{.role = chat::Role::user, .content = std::string(words::summarize)};
  const Tokens cap{std::clamp<std::int64_t>(budget_.context().value * 6 / 100, 128, 1024)};
  for (const auto* transcript : {&std::as_const(transcript_), &stubbed}) {
    auto asked = *transcript;
    asked.push_back(question);
    const auto cost = cost_of(asked);
    if (cost + cap > budget_.context()) continue;
    emit(chat::Notice{"the context is nearly full: the model writes down what it knows"});
    const auto reply = request(asked, reply_limit(cost), false);
    if (!reply) return "";
    result_.usage += reply->usage;
    const auto text = reply->message.content;
    return std::string(utf8_prefix(text, static_cast<std::size_t>(cap.value) * 4));
  }
  return "";
}

void Task::replace_transcript(chat::Transcript transcript, std::string reason) {
  const auto before = budget_.used();
  transcript_ = std::move(transcript);
  budget_.restart(fixed_.tools + transcript_cost(transcript_));
  guard_.forget_shown();
  count_retrieved();
  prefix_changed_ = reason;
  ++result_.compactions;
  log::info("agent", "made room: {} tokens became {}: {}", before.value, budget_.used().value,
            reason);
  emit(chat::Compacted{.reason = std::move(reason),
                       .before = before,
                       .after = budget_.used(),
                       .messages = transcript_});
}

}  // namespace plim::agent
