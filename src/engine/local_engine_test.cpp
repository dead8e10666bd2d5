#include "engine/local_engine.hpp"

#include <gtest/gtest.h>

#include "engine/isolation.hpp"
#include "engine/test_support.hpp"

namespace plim::engine {
namespace {

using std::chrono::milliseconds;
using test::ask;
namespace fs = std::filesystem;

Result<std::unique_ptr<LocalEngine>> start(LaunchOptions options) {
  options.stall_limit = std::min<milliseconds>(options.stall_limit, std::chrono::seconds(60));
  return LocalEngine::start(std::move(options), {});
}

ChatResult chat(Engine& engine, const std::string& text, const Sink& sink = test::ignore,
                std::stop_token stop = {}, std::int64_t max_tokens = 8) {
  const auto transcript = ask(text);
  return engine.chat({.transcript = transcript, .max_tokens = Tokens{max_tokens}, .seed = 1}, sink,
                     std::move(stop));
}

fs::path namespace_of(const std::string& pid) {
  return fs::read_symlink(std::format("/proc/{}/ns/net", pid));
}

// --- the real llama-server on a tiny model ---

TEST(RealEngine, AnswersFromANetworkOfItsOwn) {
  const auto dir = test::make_dir();
  const auto engine = start(test::real_options(dir));
  ASSERT_TRUE(engine) << engine.error().message;
  EXPECT_EQ((*engine)->served().name, "tiny");
  EXPECT_EQ((*engine)->served().context, Tokens{1024});
  EXPECT_TRUE((*engine)->served().is_llama_server);

  std::vector<chat::PrefillProgress> progress;
  std::string text;
  const Sink sink = [&](const Delta& delta) {
    if (const auto* piece = std::get_if<chat::TextDelta>(&delta)) text += piece->text;
    if (const auto* step = std::get_if<chat::PrefillProgress>(&delta)) progress.push_back(*step);
  };
  const auto reply = chat(**engine, "hello", sink);
  ASSERT_TRUE(reply) << reply.error().error.message;
  EXPECT_EQ(reply->finish, chat::FinishReason::length);
  EXPECT_EQ(reply->usage.completion, Tokens{8});
  EXPECT_EQ(reply->message.content, text);
  ASSERT_FALSE(progress.empty());
  EXPECT_EQ(progress.back().processed, progress.back().total);

  ASSERT_EQ((*engine)->server().isolation(), Isolation::no_network);
  const auto pid = test::engine_pid(dir.path().string());
  ASSERT_FALSE(pid.empty());
  EXPECT_NE(namespace_of(pid), namespace_of("self"));
  const auto listeners = test::read_file(std::format("/proc/{}/net/tcp", pid));
  EXPECT_EQ(std::ranges::count(listeners, '\n'), 1) << listeners;  // the heading alone
}

plan::RunPlan guessing_by(const fs::path& model) {
  auto plan = test::cpu_plan(test::tiny_gguf());
  plan.draft = 3;
  plan.draft_by = plan::DraftBy::model;
  plan.draft_files = {model};
  plan.draft_device = "none";
  return plan;
}

TEST(RealEngine, HasASecondModelGuessForIt) {
  const auto dir = test::make_dir();
  auto options = test::real_options(dir);
  options.plan = guessing_by(test::tiny_gguf());
  const auto engine = start(std::move(options));
  ASSERT_TRUE(engine) << engine.error().message;
  EXPECT_TRUE((*engine)->plan().guesses_with_weights());
  const auto reply = chat(**engine, "hello", test::ignore, {}, 24);
  ASSERT_TRUE(reply) << reply.error().error.message;
  EXPECT_EQ(reply->usage.completion, Tokens{24});
  EXPECT_GT(reply->usage.accepted, Tokens{0}) << "it is the same model";
}

TEST(RealEngine, GoesOnWithoutASecondModelThatCannotBeLoaded) {
  const auto dir = test::make_dir();
  test::write_file(dir.path() / "broken.gguf", "GGUF and nothing else");
  auto options = test::real_options(dir);
  options.fallbacks = {options.plan};
  options.plan = guessing_by(dir.path() / "broken.gguf");
  const auto engine = start(std::move(options));
  ASSERT_TRUE(engine) << engine.error().message;
  EXPECT_FALSE((*engine)->plan().guesses_with_weights());
  EXPECT_TRUE(chat(**engine, "hello"));
}

TEST(RealEngine, MeasuresWhatItLoaded) {
  const auto dir = test::make_dir();
  const auto engine = start(test::real_options(dir));
  ASSERT_TRUE(engine) << engine.error().message;
  std::set<std::string> kinds;
  for (const auto& buffer : (*engine)->server().load_report().buffers) kinds.insert(buffer.kind);
  EXPECT_EQ(kinds, (std::set<std::string>{"KV", "compute", "model", "output"}));
}

TEST(RealEngine, FindsThePrefixOfAGrowingConversationInItsCache) {
  const auto dir = test::make_dir();
  const auto engine = start(test::real_options(dir));
  ASSERT_TRUE(engine) << engine.error().message;
  auto transcript = ask(std::string(200, 'x'));
  const auto first =
      (*engine)->chat({.transcript = transcript, .max_tokens = Tokens{4}}, test::ignore, {});
  ASSERT_TRUE(first);
  transcript.push_back(first->message);
  transcript.push_back(ask("more").front());
  const auto second =
      (*engine)->chat({.transcript = transcript, .max_tokens = Tokens{4}}, test::ignore, {});
  ASSERT_TRUE(second);
  EXPECT_GE(second->usage.cached, Tokens{200});
  EXPECT_GT(second->usage.prompt, second->usage.cached);
}

TEST(RealEngine, GivesAnOverflowWithItsNumbersAndGoesOn) {
  const auto dir = test::make_dir();
  const auto engine = start(test::real_options(dir));
  ASSERT_TRUE(engine) << engine.error().message;
  const auto reply = chat(**engine, std::string(3000, 'x'));
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().error.code, Errc::capacity);
  ASSERT_TRUE(reply.error().overflow);
  EXPECT_EQ(reply.error().overflow->context, Tokens{1024});
  EXPECT_GT(reply.error().overflow->prompt, Tokens{3000});
  EXPECT_TRUE(chat(**engine, "hello"));
}

TEST(RealEngine, FreesItsSlotWhenAReplyIsCancelled) {
  const auto dir = test::make_dir();
  const auto engine = start(test::real_options(dir));
  ASSERT_TRUE(engine) << engine.error().message;
  std::stop_source stop;
  const Sink at_first_text = [&](const Delta& delta) {
    if (std::holds_alternative<chat::TextDelta>(delta)) stop.request_stop();
  };
  const auto cancelled = chat(**engine, "hello", at_first_text, stop.get_token(), 900);
  // The tiny model may have said it all before the stop arrives; a slow one never does.
  if (!cancelled) {
    EXPECT_EQ(cancelled.error().error.code, Errc::cancelled);
  }
  EXPECT_TRUE(chat(**engine, "hello"));
}

TEST(RealEngine, KilledWhileItAnswersIsATypedErrorAndComesBack) {
  const auto dir = test::make_dir();
  const auto engine = start(test::real_options(dir));
  ASSERT_TRUE(engine) << engine.error().message;
  const auto pid = test::engine_pid(dir.path().string());
  ASSERT_FALSE(pid.empty());
  bool killed = false;
  const Sink at_first_delta = [&](const Delta&) {
    if (!std::exchange(killed, true)) test::kill_hard(pid);
  };
  const auto broken = chat(**engine, "hello", at_first_delta, {}, 900);
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().error.code, Errc::io);
  EXPECT_TRUE(broken.error().error.message.contains("SIGKILL")) << broken.error().error.message;
  const auto again = chat(**engine, "hello");
  EXPECT_TRUE(again) << again.error().error.message;
}

TEST(RealEngine, SaysWhatIsWrongWithAModelFile) {
  const auto dir = test::make_dir();
  const auto whole = test::read_file(test::tiny_gguf());
  const auto text = dir.path() / "text.gguf";
  const auto truncated = dir.path() / "truncated.gguf";
  test::write_file(text, "this is no model at all");
  test::write_file(truncated, whole.substr(0, whole.size() / 2));
  const auto error_for = [&](const fs::path& model) {
    auto options = test::real_options(dir);
    options.plan = test::cpu_plan(model);
    const auto engine = start(std::move(options));
    return engine ? Error{} : engine.error();
  };
  EXPECT_EQ(error_for(text).code, Errc::protocol);
  EXPECT_TRUE(error_for(text).message.contains("not GGUF"));
  EXPECT_EQ(error_for(truncated).code, Errc::protocol);
  EXPECT_TRUE(error_for(truncated).message.contains("truncated"));
  EXPECT_EQ(error_for(dir.path() / "missing.gguf").code, Errc::not_found);
}

TEST(RealEngine, LoadsOntoASoftwareGpu) {
  const fs::path driver = "/usr/share/vulkan/icd.d/lvp_icd.json";
  if (!fs::exists(driver)) GTEST_SKIP() << "Mesa's software Vulkan driver is not installed";
  const auto dir = test::make_dir();
  auto options = test::real_options(dir);
  options.plan.device = "Vulkan0";
  options.plan.on_gpu = true;
  options.env = {"VK_DRIVER_FILES=" + driver.string(), "GGML_VK_VISIBLE_DEVICES=0"};
  // Compiling shaders for a CPU takes half a minute of it; the next run finds them here.
  options.cache_dir = fs::path(PLIM_BINARY_DIR) / "shader-cache";
  fs::create_directories(options.cache_dir);
  const auto engine = start(std::move(options));
  ASSERT_TRUE(engine) << engine.error().message << test::read_file(dir.path() / "engine.log");
  const auto report = (*engine)->server().load_report();
  EXPECT_EQ(report.offloaded_layers, 3);
  EXPECT_EQ(report.layers, 3);
  EXPECT_GT(report.on("Vulkan0").value, 0U);  // and a first token came out, or it were not ready
}

// Not a test by itself: the process that KilledWithItsParent kills.
TEST(RealEngineParent, DISABLED_HoldsAnEngineUntilItIsKilled) {
  const char* dir = std::getenv("PLIM_TEST_DIR");
  ASSERT_NE(dir, nullptr);
  const auto own = sys::TempDir::make(dir, "run");
  ASSERT_TRUE(own);
  const auto engine = start(test::real_options(*own));
  ASSERT_TRUE(engine);
  std::ofstream(fs::path(dir) / "ready") << "ready";
  std::puts("ready");
  std::fflush(stdout);
  for (;;) std::this_thread::sleep_for(std::chrono::hours(1));
}

TEST(RealEngine, LeavesNoOrphanWhenItsParentIsKilled) {
  const auto dir = test::make_dir();
  auto parent = sys::Process::spawn(
      {.argv = {fs::read_symlink("/proc/self/exe").string(), "--gtest_also_run_disabled_tests",
                "--gtest_filter=RealEngineParent.*"},
       .env = {"PATH=/usr/bin:/bin", "PLIM_TEST_DIR=" + dir.path().string()}});
  ASSERT_TRUE(parent) << parent.error().message;
  std::array<char, 512> buffer{};
  std::string said;
  while (!said.contains("\nready\n")) {
    const auto got = sys::read_some(parent->output(), buffer, {}).value_or(0);
    ASSERT_GT(got, 0U) << said;
    said.append(buffer.data(), got);
  }
  const auto pid = test::engine_pid(dir.path().string());
  ASSERT_FALSE(pid.empty());
  test::kill_hard(std::to_string(parent->pid()));
  while (fs::exists("/proc/" + pid))
    std::this_thread::yield();  // ctest's time limit ends a failure
  EXPECT_TRUE(test::processes_with(dir.path().string()).empty());
}

// --- the fake, for what the real one does only on bad days ---

TEST(Supervisor, FallsBackToALoopbackThatNeedsTheKey) {
  const auto dir = test::make_dir();
  const auto engine = start(test::fake_options(dir, {}));
  ASSERT_TRUE(engine) << engine.error().message;
  EXPECT_EQ((*engine)->server().isolation(), Isolation::loopback);
  auto peer = (*engine)->server().peer();
  EXPECT_TRUE(peer.origin.url.starts_with("http://127.0.0.1:"));
  EXPECT_EQ(peer.api_key.size(), 64U);
  peer.api_key = "guess";
  const auto answer = get(peer, "/props", {});
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 401);
}

TEST(Supervisor, WaitsWhileTheModelLoads) {
  const auto dir = test::make_dir();
  const auto engine = start(test::fake_options(dir, {"--load-ms", "300"}));
  ASSERT_TRUE(engine) << engine.error().message;
  EXPECT_EQ((*engine)->server().state(), ServerProcess::State::ready);
}

TEST(Supervisor, GivesUpOnALoadThatStandsStill) {
  const auto dir = test::make_dir();
  auto options = test::fake_options(dir, {"--load-ms", "1000000"});
  options.load_limit = milliseconds(300);
  const auto engine = start(std::move(options));
  ASSERT_FALSE(engine);
  EXPECT_EQ(engine.error().code, Errc::timeout);
}

TEST(Supervisor, EndsAWaitForALoadAtOnce) {
  const auto dir = test::make_dir();
  ServerProcess server(test::fake_options(dir, {"--load-ms", "1000000"}));
  const std::stop_source stop;
  stop.request_stop();
  const auto ready = server.ensure_ready(stop.get_token());
  ASSERT_FALSE(ready);
  EXPECT_EQ(ready.error().code, Errc::cancelled);
}

TEST(Supervisor, RepeatsTheEnginesOwnReasonAndStopsTryingAfterThree) {
  const auto dir = test::make_dir();
  ServerProcess server(test::fake_options(
      dir, {"--fail", "ggml_vulkan: Device memory allocation failed: ErrorOutOfDeviceMemory"}));
  for (int attempt = 0; attempt < 3; ++attempt) {
    const auto ready = server.ensure_ready({});
    ASSERT_FALSE(ready);
    EXPECT_EQ(ready.error().code, Errc::capacity);
    EXPECT_TRUE(ready.error().message.starts_with("out of device memory")) << ready.error().message;
  }
  EXPECT_EQ(server.state(), ServerProcess::State::dead);
  const auto refused = server.ensure_ready({});
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().message.starts_with("the engine failed 3 times in ten minutes"))
      << refused.error().message;
}

TEST(Supervisor, NoticesADeathBetweenRequestsAndStartsAgain) {
  const auto dir = test::make_dir();
  test::write_file(dir.path() / "model.jsonl", R"({"content":"ok"})");
  const auto engine =
      start(test::fake_options(dir, {"--script", (dir.path() / "model.jsonl").string()}));
  ASSERT_TRUE(engine) << engine.error().message;
  test::kill_hard(test::engine_pid(dir.path().string()));
  while ((*engine)->server().state() != ServerProcess::State::dead) std::this_thread::yield();
  const auto reply = chat(**engine, "hello");
  ASSERT_TRUE(reply) << reply.error().error.message;
  EXPECT_EQ(reply->message.content, "ok");
}

TEST(Supervisor, KillsAServerThatHangs) {
  const auto dir = test::make_dir();
  test::write_file(dir.path() / "model.jsonl", R"({"content":"a","hang":true})");
  auto options = test::fake_options(dir, {"--script", (dir.path() / "model.jsonl").string()});
  options.stall_limit = milliseconds(300);
  const auto engine = start(std::move(options));
  ASSERT_TRUE(engine) << engine.error().message;
  const auto reply = chat(**engine, "hello");
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().error.code, Errc::timeout);
  EXPECT_TRUE(reply.error().error.message.contains("hung")) << reply.error().error.message;
  EXPECT_EQ((*engine)->server().state(), ServerProcess::State::dead);
}

TEST(Supervisor, GivesUpOnAServerThatTakesConnectionsAndSaysNothing) {
  for (const auto& [flag, asked] :
       {std::pair("--deaf", "a first token"), {"--mute", "its health"}}) {
    const auto dir = test::make_dir();
    auto options = test::fake_options(dir, {flag});
    options.stall_limit = milliseconds(300);
    const auto engine = start(std::move(options));
    ASSERT_FALSE(engine) << flag;
    EXPECT_EQ(engine.error(),
              (Error{Errc::timeout, std::format("llama-server hangs: it was asked for {} and said "
                                                "nothing for 1s (engine.stall_s)",
                                                asked)}));
    EXPECT_TRUE(test::processes_with(dir.path().string()).empty());
  }
}

TEST(Supervisor, SaysThatItsPortIsTaken) {
  const test::FakeServer other("");
  const auto dir = test::make_dir();
  const auto engine = start(
      test::fake_options(dir, {"--listen-on", other.url().substr(other.url().rfind(':') + 1)}));
  ASSERT_FALSE(engine);
  EXPECT_EQ(engine.error().code, Errc::io);
  EXPECT_TRUE(engine.error().message.starts_with("its socket or port is taken"))
      << engine.error().message;
}

TEST(Supervisor, EndsAServerThatIgnoresToBeEnded) {
  const auto dir = test::make_dir();
  auto engine = start(test::fake_options(dir, {"--ignore-sigterm"}));
  ASSERT_TRUE(engine) << engine.error().message;
  const auto pid = test::engine_pid(dir.path().string());
  ASSERT_FALSE(pid.empty());
  engine->reset();
  EXPECT_FALSE(fs::exists("/proc/" + pid));
}

TEST(Supervisor, LeavesNothingInItsFolderButTheLog) {
  const auto dir = test::make_dir();
  auto engine = start(test::real_options(dir));
  ASSERT_TRUE(engine) << engine.error().message;
  engine->reset();
  std::vector<std::string> left;
  for (const auto& entry : fs::directory_iterator(dir.path()))
    left.push_back(entry.path().filename());
  EXPECT_EQ(left, (std::vector<std::string>{"engine.log"}));
}

TEST(Supervisor, PutsItsSocketElsewhereWhenThePathIsTooLong) {
  const auto dir = test::make_dir();
  auto options = test::real_options(dir);
  options.run_dir = dir.path() / std::string(120, 'd');
  fs::create_directory(options.run_dir);
  const auto engine = start(std::move(options));
  ASSERT_TRUE(engine) << engine.error().message;
  EXPECT_LE((*engine)->server().peer().origin.socket.string().size(), 107U);
}

TEST(Supervisor, RefusesAnEngineThatIsTooOld) {
  const auto dir = test::make_dir();
  const auto program = dir.path() / "llama-server";
  test::write_file(program, "#!/bin/sh\necho 'version: 0.6.2 (build 1, commit x)'\n");
  fs::permissions(program, fs::perms::owner_all);
  const auto version = check_version(program, {}, {});
  ASSERT_FALSE(version);
  EXPECT_EQ(version.error().code, Errc::not_found);
  EXPECT_TRUE(version.error().message.contains("too old")) << version.error().message;
  const auto real = check_version(test::program("llama-server"), {"PATH=/usr/bin"}, {});
  ASSERT_TRUE(real) << real.error().message;
  EXPECT_GE(std::pair(real->major, real->minor), std::pair(0, 7));
}

}  // namespace
}  // namespace plim::engine
