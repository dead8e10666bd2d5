// LocalEngine under everything that happens to an engine: lies, memory that others take, hangs,
// deaths. The engine is the fake; the machine it is on is a folder of files where memory matters.
#include <gtest/gtest.h>

#include "engine/test_support.hpp"

namespace plim::engine {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

// What the fake's log says of the tiny model with so much context.
plan::RunPlan fake_plan(std::int64_t context) {
  auto plan = test::cpu_plan(test::tiny_gguf());
  plan.context = {context};
  plan.ledger = {{.device = "host",
                  .kv = Bytes{static_cast<std::uint64_t>(context) * 256},
                  .compute = 1_MiB,
                  .reserve = 1_GiB}};
  plan.reason = std::format("{} tokens.", context);
  return plan;
}

/// A fake engine that replays `script` on a machine whose memory the test decides.
class Machine {
 public:
  explicit Machine(std::string_view script, const std::vector<std::string>& more = {}) {
    test::write_file(dir_.path() / "model.jsonl", script);
    std::vector<std::string> args{"--script", (dir_.path() / "model.jsonl").string()};
    args.insert(args.end(), more.begin(), more.end());
    options = test::fake_options(dir_, args);
    options.plan = fake_plan(65536);
    options.fallbacks = {fake_plan(16384)};
    options.watch = {.gauge = {.root = root(), .nvml_library = ""},
                     .period = milliseconds(20),
                     .steady_looks = 3};
    options.slots = {.dir = dir_.path() / "slots", .name = "talk", .worth = milliseconds(0)};
    fs::create_directory(options.slots.dir);
    options.on_event = [this](const EngineEvent& event) {
      const std::scoped_lock lock(mutex_);
      events_.push_back(event);
      changed_.notify_all();
    };
    set_available(20_GiB);
  }

  // The engine's threads tell this machine until they have ended.
  ~Machine() { engine.reset(); }

  void start() {
    auto started = LocalEngine::start(options, {});
    ASSERT_TRUE(started) << started.error().message;
    engine = std::move(*started);
    show_process();
  }

  /// Lets the machine's files show the engine's own process; again after each restart.
  void show_process() const {
    const auto pid = std::to_string(engine->server().pid());
    std::error_code there;
    fs::create_directory_symlink("/proc/" + pid, root() / "proc" / pid, there);
  }

  void set_available(Bytes bytes) const {
    fs::create_directories(root() / "proc");
    test::write_file(
        root() / "meminfo.new",
        std::format("MemTotal: 33554432 kB\nMemAvailable: {} kB\n", bytes.value >> 10U));
    fs::rename(root() / "meminfo.new", root() / "proc/meminfo");
  }

  /// Waits until an event of `kind` has come, and returns the first.
  EngineEvent wait_for(EventKind kind) {
    std::unique_lock lock(mutex_);
    const auto* found = static_cast<const EngineEvent*>(nullptr);
    changed_.wait(lock, [&] {
      for (const auto& event : events_)
        if (event.kind == kind) found = &event;
      return found != nullptr;
    });
    return *found;
  }

  std::vector<EventKind> kinds() {
    const std::scoped_lock lock(mutex_);
    std::vector<EventKind> kinds;
    for (const auto& event : events_) kinds.push_back(event.kind);
    return kinds;
  }

  /// One reply's text, and what was said of the engine on the way.
  ChatResult ask(const std::string& text) {
    notices.clear();
    const auto transcript = test::ask(text);
    return engine->chat({.transcript = transcript},
                        [this](const Delta& delta) {
                          if (const auto* notice = std::get_if<chat::Notice>(&delta))
                            notices += notice->text + "\n";
                        },
                        {});
  }

  [[nodiscard]] std::string pid() const { return test::engine_pid(dir_.path().string()); }

  LaunchOptions options;
  std::unique_ptr<LocalEngine> engine;
  std::string notices;

 private:
  [[nodiscard]] fs::path root() const { return dir_.path() / "machine"; }

  sys::TempDir dir_ = test::make_dir();
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<EngineEvent> events_;
};

constexpr auto ten_replies = R"({"content":"ok"})"
                             "\n"
                             R"({"content":"ok"})"
                             "\n"
                             R"({"content":"ok"})"
                             "\n"
                             R"({"content":"ok"})"
                             "\n";

TEST(Supervision, IsReadyOnlyWithTheEngineAsPlanned) {
  Machine machine(ten_replies);
  ASSERT_NO_FATAL_FAILURE(machine.start());
  EXPECT_TRUE(machine.engine->server().proof().holds());
  EXPECT_EQ(machine.engine->server().proof().parts.size(), 3U);
  EXPECT_EQ(machine.kinds(), (std::vector{EventKind::loading, EventKind::ready}));
}

TEST(Supervision, TakesTheNextPlanWhenTheFirstIsNotHeldTo) {
  Machine machine(ten_replies);
  machine.options.plan.ledger[0].kv = 5_MiB;  // the engine will take 16
  ASSERT_NO_FATAL_FAILURE(machine.start());
  EXPECT_EQ(machine.engine->plan(), fake_plan(16384));
  EXPECT_EQ(machine.engine->served().context, Tokens{16384});
  ASSERT_TRUE(machine.ask("hello"));
  EXPECT_TRUE(
      machine.notices.contains("KV cache of host: planned 5.0 MiB, the engine took 16.0 MiB "
                               "(11.0 MiB more); trying the next plan: 16384 tokens."))
      << machine.notices;
}

TEST(Supervision, RefusesAnEngineThatHoldsToNoPlanAndNamesTheBytes) {
  for (const auto& [flags, said] :
       {std::pair(std::vector<std::string>{"--no-buffers"}, "names no buffer"),
        {{"--say", "load_tensors:        CPU model buffer size =   900.00 MiB"}, "900."},
        {{"--say", "llama_kv_cache:    CUDA0 KV buffer size =    70.00 MiB"},
         "70.0 MiB of KV on CUDA0, where nothing was planned"},
        {{"--say", "load_tensors: offloaded 2/3 layers to GPU"}, "2 layers are on a GPU"}}) {
    Machine machine(ten_replies, flags);
    const auto engine = LocalEngine::start(machine.options, {});
    ASSERT_FALSE(engine) << said;
    EXPECT_EQ(engine.error().code, Errc::capacity);
    EXPECT_TRUE(engine.error().message.contains(said)) << engine.error().message;
    EXPECT_EQ(machine.pid(), "");
  }
}

TEST(Supervision, GoesDownWhenAFullContextDoesNotFit) {
  Machine machine(ten_replies, {"--full-oom"});
  machine.options.warm_up_limit = std::chrono::seconds(5);
  const auto engine = LocalEngine::start(machine.options, {});
  ASSERT_FALSE(engine);  // the smaller plan's context kills it, too
  EXPECT_EQ(engine.error().code, Errc::capacity);
  EXPECT_TRUE(engine.error().message.contains("out of memory")) << engine.error().message;
  EXPECT_EQ(machine.kinds(), (std::vector{EventKind::loading, EventKind::loading}));
}

TEST(Supervision, GivesMemoryBackToOthersAndTakesItAgainWhenTheyAreDone) {
  Machine machine(ten_replies);
  ASSERT_NO_FATAL_FAILURE(machine.start());
  ASSERT_TRUE(machine.ask("hello"));
  machine.set_available(200_MiB);
  const auto event = machine.wait_for(EventKind::pressure);
  EXPECT_EQ(event.cause, "only 200.0 MiB of RAM are available; 1.0 GiB were reserved for others");
  while (machine.engine->server().generation() < 2) std::this_thread::yield();
  ASSERT_TRUE(machine.ask("hello again"));
  EXPECT_EQ(machine.engine->served().context, Tokens{16384});
  EXPECT_TRUE(machine.notices.contains("PRESSURE: only 200.0 MiB")) << machine.notices;
  EXPECT_TRUE(machine.notices.contains("went down to a smaller plan, which frees 12.0 MiB: 16384"))
      << machine.notices;

  machine.set_available(20_GiB);
  machine.show_process();
  while (machine.engine->server().generation() < 3) std::this_thread::yield();
  ASSERT_TRUE(machine.ask("and again"));
  EXPECT_EQ(machine.engine->served().context, Tokens{65536});
  EXPECT_TRUE(machine.notices.contains("memory is free again")) << machine.notices;
}

TEST(Supervision, InterruptsAReplyForMemoryAndAsksAgainWhenNothingWasShown) {
  Machine machine(std::string(R"({"content":"","stall":true})") + "\n" + ten_replies);
  ASSERT_NO_FATAL_FAILURE(machine.start());
  // A fake reads its script when it starts: this one will stall, the next one answer.
  test::write_file(machine.options.program.parent_path().parent_path() / "model.jsonl",
                   ten_replies);
  const std::jthread others([&] { machine.set_available(100_MiB); });
  const auto reply = machine.ask("hello");
  ASSERT_TRUE(reply) << reply.error().error.message;
  EXPECT_EQ(reply->message.content, "ok");
  EXPECT_EQ(machine.engine->plan(), fake_plan(16384));
}

// Each try is asked for anew, as an agent does, since words of the one before were shown.
TEST(Supervision, LetsTheSecondTryOfAReplyThroughWhileAShortageLasts) {
  Machine machine("");
  std::string words;
  for (int i = 0; i < 60; ++i) words += "word ";
  test::write_file(machine.options.program.parent_path().parent_path() / "model.jsonl",
                   std::format(R"({{"content":"{}","delay_ms":20}})", words) + "\n");
  machine.options.fallbacks = {fake_plan(16384), fake_plan(8192), fake_plan(4096)};
  ASSERT_NO_FATAL_FAILURE(machine.start());
  const auto transcript = test::ask("hello");
  const auto try_once = [&] {
    bool begun = false;
    return machine.engine->chat({.transcript = transcript},
                                [&](const Delta& delta) {
                                  if (!std::holds_alternative<chat::TextDelta>(delta)) return;
                                  if (std::exchange(begun, true)) return;
                                  machine.show_process();
                                  machine.set_available(100_MiB);
                                },
                                {});
  };
  EXPECT_FALSE(try_once());
  const auto second = try_once();
  ASSERT_TRUE(second) << second.error().error.message;
  EXPECT_EQ(second->message.content, words);
}

TEST(Supervision, SaysSoWhenNothingSmallerIsPlanned) {
  Machine machine(ten_replies);
  machine.options.fallbacks.clear();
  ASSERT_NO_FATAL_FAILURE(machine.start());
  machine.set_available(100_MiB);
  machine.wait_for(EventKind::pressure);
  ASSERT_TRUE(machine.ask("hello"));
  EXPECT_TRUE(machine.notices.contains("nothing smaller is planned")) << machine.notices;
  EXPECT_EQ(machine.engine->server().generation(), 1U);
}

TEST(Supervision, AsksAgainByItselfWhenTheEngineIsKilledBeforeAWord) {
  Machine machine(std::string(R"({"content":"","delay_ms":100,"die":true})") + "\n" + ten_replies);
  ASSERT_NO_FATAL_FAILURE(machine.start());
  test::write_file(machine.options.program.parent_path().parent_path() / "model.jsonl",
                   ten_replies);
  const auto reply = machine.ask("hello");
  ASSERT_TRUE(reply) << reply.error().error.message;
  EXPECT_EQ(reply->message.content, "ok");
  EXPECT_TRUE(machine.notices.contains("SIGKILL")) << machine.notices;
  EXPECT_EQ(machine.kinds(), (std::vector{EventKind::loading, EventKind::ready, EventKind::abort,
                                          EventKind::loading, EventKind::ready}));
}

TEST(Supervision, KnowsAStoppedEngineFromASlowOneAndStartsItAgain) {
  Machine machine(std::string(R"({"content":"","hang":true})") + "\n" + ten_replies);
  machine.options.watch.gauge.root = "/";
  machine.options.watch.period = std::chrono::seconds(1);
  ASSERT_NO_FATAL_FAILURE(machine.start());
  test::write_file(machine.options.program.parent_path().parent_path() / "model.jsonl",
                   ten_replies);
  const auto reply = machine.ask("hello");
  ASSERT_TRUE(reply) << reply.error().error.message;
  EXPECT_EQ(machine.wait_for(EventKind::hung).kind, EventKind::hung);
  EXPECT_TRUE(machine.notices.contains("the engine hung")) << machine.notices;
}

TEST(Supervision, KeepsWhatASlotHasComputedFromOneEngineToTheNext) {
  Machine machine(ten_replies);
  machine.options.slots.name.clear();
  machine.options.watch.period = std::chrono::hours(1);
  const std::string question(4000, 'x');
  ASSERT_NO_FATAL_FAILURE(machine.start());
  machine.engine->resume("monday");
  ASSERT_TRUE(machine.ask(question));
  machine.engine->keep();
  machine.engine.reset();

  ASSERT_NO_FATAL_FAILURE(machine.start());
  machine.engine->resume("monday");
  const auto known = machine.ask(question);
  ASSERT_TRUE(known);
  EXPECT_GE(known->usage.cached, Tokens{1000});
  machine.engine.reset();

  ASSERT_NO_FATAL_FAILURE(machine.start());
  machine.engine->resume("tuesday");
  const auto unknown = machine.ask(question);
  ASSERT_TRUE(unknown);
  EXPECT_EQ(unknown->usage.cached, Tokens{0});
}

}  // namespace
}  // namespace plim::engine
