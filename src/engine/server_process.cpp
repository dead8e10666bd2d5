#include "engine/server_process.hpp"

#include <algorithm>
#include <format>
#include <utility>

#include "engine/isolation.hpp"

namespace plim::engine {
namespace {

constexpr std::size_t max_crashes = 3;
constexpr auto crash_window = std::chrono::minutes(10);

}  // namespace

ServerProcess::ServerProcess(LaunchOptions options)
    : options_(std::move(options)), loop_([this](std::stop_token stop) { run(std::move(stop)); }) {}

ServerProcess::~ServerProcess() = default;

Result<void> ServerProcess::ensure_ready(std::stop_token stop) {
  std::unique_lock lock(mutex_);
  // A server that is about to be buried is not ready, whatever the state still says.
  if (state_ == State::ready && !child_ended_ && !condemned_ && !replanned_) return {};
  const auto seen = attempts_;
  if (state_ != State::starting) wanted_ = true;  // else the start under way answers this caller
  changed_.notify_all();
  changed_.wait(lock, stop, [&] { return attempts_ != seen || closing_; });
  if (attempts_ != seen) return outcome_;
  return fail(Errc::cancelled, "stopped while the engine starts");
}

ServerProcess::State ServerProcess::state() const {
  const std::scoped_lock lock(mutex_);
  return state_;
}

std::optional<Error> ServerProcess::cause_of_death(std::chrono::milliseconds limit,
                                                   std::stop_token stop) {
  std::unique_lock lock(mutex_);
  const auto dead = [&] { return state_ == State::dead; };
  if (!changed_.wait_for(lock, stop, limit, dead)) return {};
  return death_;
}

void ServerProcess::condemn(std::string reason) {
  const std::scoped_lock lock(mutex_);
  if (state_ != State::ready) return;
  condemned_ = std::move(reason);
  changed_.notify_all();
}

void ServerProcess::restart_with(plan::RunPlan plan) {
  const std::scoped_lock lock(mutex_);
  options_.plan = std::move(plan);
  replanned_ = true;
  wanted_ = true;
  changed_.notify_all();
}

Proof ServerProcess::proof() const {
  const std::scoped_lock lock(mutex_);
  return proof_;
}

WarmUp ServerProcess::warm_up_done() const {
  const std::scoped_lock lock(mutex_);
  return warm_up_;
}

std::int64_t ServerProcess::pid() const {
  const std::scoped_lock lock(mutex_);
  return pid_;
}

std::uint64_t ServerProcess::generation() const {
  const std::scoped_lock lock(mutex_);
  return generation_;
}

void ServerProcess::report(EventKind kind, std::string cause) const {
  if (options_.on_event) options_.on_event({kind, std::move(cause), {}});
}

Peer ServerProcess::peer() const {
  const std::scoped_lock lock(mutex_);
  return peer_;
}

Isolation ServerProcess::isolation() const {
  const std::scoped_lock lock(mutex_);
  return isolation_;
}

std::string ServerProcess::why_not_isolated() const {
  const std::scoped_lock lock(mutex_);
  return why_not_isolated_;
}

MemoryBound ServerProcess::memory_bound() const {
  const std::scoped_lock lock(mutex_);
  return bound_;
}

LoadReport ServerProcess::load_report() const {
  const std::scoped_lock lock(mutex_);
  return load_report_;
}

void ServerProcess::child_ended() {
  const std::scoped_lock lock(mutex_);
  child_ended_ = true;
  changed_.notify_all();
}

void ServerProcess::run(std::stop_token stop) {
  std::unique_lock lock(mutex_);
  const auto something_to_do = [&] { return wanted_ || child_ended_ || condemned_ || replanned_; };
  while (changed_.wait(lock, stop, something_to_do) && !stop.stop_requested()) {
    if (child_ended_ || condemned_ || replanned_) bury(lock);
    if (wanted_) start(lock, stop);
  }
  closing_ = true;
  changed_.notify_all();
  lock.unlock();  // the log's reader still has to report the end
  server_.reset();
}

void ServerProcess::start(std::unique_lock<std::mutex>& lock, const std::stop_token& stop) {
  wanted_ = false;
  state_ = State::starting;
  auto outcome = pause_after_crashes(lock, stop);
  if (outcome) {
    const auto options = options_;
    lock.unlock();
    report(EventKind::loading, std::format("{} on {}", options.plan.model, options.plan.device));
    outcome = bring_up(options, stop);
    lock.lock();
    proof_ = std::exchange(last_proof_, {});
    if (!outcome) {
      child_ended_ = false;  // that child's
      crashes_.push_back(Clock::now());
      death_ = outcome.error();
    }
  }
  if (outcome) {
    peer_ = server_->peer();
    isolation_ = *namespaces_ ? Isolation::no_network : Isolation::loopback;
    if (!*namespaces_) why_not_isolated_ = namespaces_->error().message;
    bound_ = server_->memory_bound();
    load_report_ = server_->log().load_report();
    warm_up_ = server_->warm_up_done();
    pid_ = server_->pid();
    ++generation_;
  }
  state_ = outcome ? State::ready : State::dead;
  outcome_ = std::move(outcome);
  ++attempts_;
  changed_.notify_all();
  if (!outcome_) return;
  lock.unlock();
  report(EventKind::ready, "the engine is as planned and answers");
  lock.lock();
}

Result<void> ServerProcess::bring_up(const LaunchOptions& options, const std::stop_token& stop) {
  if (!namespaces_) namespaces_ = find_isolation(options, options.run_dir, stop);
  if (stop.stop_requested()) return fail(Errc::cancelled, "stopped while the engine starts");
  const auto namespaces = *namespaces_ ? Namespaces(**namespaces_) : Namespaces();
  server_ = TRY(StartedServer::launch(options, namespaces, [this] { child_ended(); }));
  auto ready = server_->wait_until_ready(options, stop);
  last_proof_ = server_->proof();
  if (!ready) server_.reset();
  return ready;
}

void ServerProcess::bury(std::unique_lock<std::mutex>& lock) {
  // Forgotten only at the end: until then nobody may take this server for a ready one.
  const auto condemned = condemned_;
  const bool replanned = replanned_;
  lock.unlock();
  auto death = server_ ? server_->end(condemned || replanned) : Error{};
  const bool ran = server_ != nullptr;
  server_.reset();
  if (condemned) death = {Errc::timeout, *condemned};
  if (ran && !replanned) {
    const auto kind = condemned                      ? EventKind::hung
                      : death.code == Errc::capacity ? EventKind::oom
                                                     : EventKind::abort;
    report(kind, death.message);
  }
  lock.lock();
  child_ended_ = false;
  condemned_.reset();
  replanned_ = false;
  if (replanned)
    crashes_.clear();
  else
    crashes_.push_back(Clock::now());
  death_ = std::move(death);
  state_ = State::dead;
  changed_.notify_all();
}

Result<void> ServerProcess::pause_after_crashes(std::unique_lock<std::mutex>& lock,
                                                const std::stop_token& stop) {
  const auto old = Clock::now() - crash_window;
  std::erase_if(crashes_, [old](Clock::time_point crash) { return crash < old; });
  if (crashes_.size() >= max_crashes) {
    return fail(death_.code, "the engine failed {} times in ten minutes, the last time: {}",
                crashes_.size(), death_.message);
  }
  if (crashes_.empty()) return {};
  const auto pause = options_.first_pause * (1U << (crashes_.size() - 1));
  changed_.wait_for(lock, stop, pause, [] { return false; });
  if (stop.stop_requested()) return fail(Errc::cancelled, "stopped while the engine starts");
  return {};
}

}  // namespace plim::engine
