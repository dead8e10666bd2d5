#include "engine/started_server.hpp"

#include <algorithm>
#include <array>
#include <format>
#include <fstream>
#include <utility>

#include "engine/exit_reason.hpp"
#include "engine/isolation.hpp"

namespace plim::engine {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds stop_grace = std::chrono::seconds(3);
constexpr std::size_t max_socket_path = 107;  // sockaddr_un::sun_path less its zero
constexpr std::string_view socket_name = "s";
constexpr std::string_view key_name = "key";

// The folder the caller names, or /tmp where that is too deep for a socket's path.
Result<sys::TempDir> make_run_dir(const fs::path& parent) {
  const auto longest = (parent / "engine-XXXXXX" / socket_name).string().size();
  return sys::TempDir::make(longest <= max_socket_path ? parent : fs::path("/tmp"), "engine");
}

Result<void> write_key(const fs::path& file, const std::string& key) {
  std::ofstream out(file);  // in a folder nobody else can enter
  fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write);
  out << key << '\n';
  out.close();
  if (!out) return fail(Errc::io, "cannot write {}", file.string());
  return {};
}

Result<void> check_files(const LaunchOptions& options) {
  if (options.plan.files.empty()) return fail(Errc::invalid, "the plan names no model file");
  for (const auto* files : {&options.plan.files, &options.plan.draft_files}) {
    for (const auto& file : *files) {
      std::error_code ignored;
      if (!fs::is_regular_file(file, ignored))
        return fail(Errc::not_found, "there is no model file {}", file.string());
    }
  }
  const std::ofstream log(options.log_file, std::ios::app);
  if (!log) return fail(Errc::io, "cannot write the engine's log {}", options.log_file.string());
  return {};
}

// `home` is where drivers may keep compiled shaders: never a place others can prepare.
std::vector<std::string> environment(const LaunchOptions& options, const std::string& home) {
  std::vector<std::string> env{"PATH=/usr/local/bin:/usr/bin:/bin", "HOME=" + home,
                               "XDG_CACHE_HOME=" + home, "LANG=C.UTF-8"};
  env.insert(env.end(), options.env.begin(), options.env.end());
  return env;
}

sys::Command make_command(const LaunchOptions& options, const Namespaces& namespaces,
                          const fs::path& dir) {
  std::vector<std::string> argv;
  auto home = namespaces ? std::string("/tmp") : dir.string();
  if (!options.cache_dir.empty()) home = options.cache_dir.string();
  const bool keeps = !options.slots.dir.empty();
  Listening at{"127.0.0.1",
               (dir / key_name).string(),
               {},
               keeps ? options.slots.dir.string() + "/" : std::string()};
  for (const auto& file : options.plan.files) at.model_files.push_back(file.string());
  const auto& draft = options.plan.draft_files;
  if (!draft.empty()) at.draft_file = draft.front().string();
  if (namespaces) {
    argv = isolate(options, dir, *namespaces);
    at = {std::format("{}/{}.sock", inner_run_dir, socket_name),
          std::format("{}/{}", inner_run_dir, key_name),
          {},
          keeps ? std::format("{}/", inner_slot_dir) : std::string()};
    for (const auto& file : options.plan.files)
      at.model_files.push_back(std::format("{}/{}", inner_model_dir, file.filename().string()));
    if (!draft.empty())
      at.draft_file = std::format("{}/{}", inner_draft_dir, draft.front().filename().string());
  }
  argv.push_back(options.program.string());
  std::ranges::move(server_arguments(options.plan, at), std::back_inserter(argv));
  return {.argv = std::move(argv), .env = environment(options, home), .killed_first = true};
}

Result<sys::MemoryGroup> bounded_group(const LaunchOptions& options) {
  const auto limit = memory_limit(options.plan);
  if (limit == Bytes{}) return fail(Errc::not_found, "the plan names no amount");
  return sys::MemoryGroup::make(options.system_root, limit);
}

}  // namespace

Result<std::string> random_key() {
  std::array<char, 32> bytes{};
  std::ifstream source("/dev/urandom", std::ios::binary);
  if (!source.read(bytes.data(), bytes.size())) return fail(Errc::io, "cannot read /dev/urandom");
  std::string key;
  for (const char byte : bytes) key += std::format("{:02x}", static_cast<unsigned char>(byte));
  return key;
}

Result<std::unique_ptr<StartedServer>> StartedServer::launch(const LaunchOptions& options,
                                                             const Namespaces& namespaces,
                                                             std::function<void()> on_end) {
  if (auto files = check_files(options); !files) return std::unexpected(files.error());
  auto dir = TRY(make_run_dir(options.run_dir));
  const auto path = dir.path();
  Peer peer;
  peer.api_key = TRY(random_key());
  peer.connect_limit = std::min(peer.connect_limit, options.stall_limit);
  peer.stall_limit = options.stall_limit;
  if (namespaces) peer.origin.socket = path / std::format("{}.sock", socket_name);
  if (auto written = write_key(path / key_name, peer.api_key); !written)
    return std::unexpected(written.error());
  auto command = make_command(options, namespaces, path);
  auto group = bounded_group(options);
  if (group) command.group = group->processes();
  auto process = TRY(sys::Process::spawn(command));
  MemoryBound bound{.why_not = group ? "" : group.error().message};
  if (group && group->holds(process.pid())) bound.limit = group->limit();
  if (group && bound.limit == Bytes{}) bound.why_not = "it may not enter a control group";
  std::unique_ptr<StartedServer> server(
      new StartedServer(std::move(dir), group ? std::optional(*std::move(group)) : std::nullopt,
                        std::move(process), std::move(peer)));
  server->bound_ = std::move(bound);
  server->log_ =
      std::make_unique<ChildLog>(server->process_.output(), options.log_file, std::move(on_end));
  return server;
}

StartedServer::StartedServer(sys::TempDir dir, std::optional<sys::MemoryGroup> group,
                             sys::Process process, Peer peer)
    : dir_(std::move(dir)),
      group_(std::move(group)),
      process_(std::move(process)),
      peer_(std::move(peer)) {}

StartedServer::~StartedServer() { process_.terminate(stop_grace); }

Result<void> StartedServer::wait_until_ready(const LaunchOptions& options, std::stop_token stop) {
  if (auto healthy = wait_for_health(options, stop); !healthy) return healthy;
  if (auto proved = wait_for_proof(options.plan, stop); !proved) return proved;
  auto token = probe(peer_, peer_.stall_limit, stop);
  if (token && options.warm_up_limit > milliseconds(0) && !options.slots.dir.empty()) {
    auto warmed = warm_up(peer_, options.plan.context, options.warm_up_limit, stop);
    if (warmed)
      warm_up_ = *warmed;
    else
      token = std::unexpected(warmed.error());
  }
  if (token || stop.stop_requested()) return token;
  if (token.error().code == Errc::timeout) return std::unexpected(deaf("a first token"));
  if (!process_.wait(milliseconds(100))) return token;
  return std::unexpected(end(false));  // it died of the first token: its own reason says more
}

// The server answers before this process has read all it has printed.
Result<void> StartedServer::wait_for_proof(const plan::RunPlan& plan, const std::stop_token& stop) {
  const auto deadline = Clock::now() + std::chrono::seconds(1);
  for (;;) {
    const auto lines = log_->lines();
    proof_ = prove(plan, log_->load_report());
    if (proof_.holds()) return {};
    if (stop.stop_requested()) return fail(Errc::cancelled, "stopped while proving the engine");
    if (Clock::now() > deadline && lines == log_->lines()) return std::unexpected(refuted(proof_));
    log_->wait_for_end(milliseconds(20), stop);
  }
}

Error StartedServer::deaf(std::string_view what) {
  process_.terminate(milliseconds(0));
  const auto limit = std::chrono::ceil<std::chrono::seconds>(peer_.stall_limit);
  return {Errc::timeout,
          std::format("llama-server hangs: it was asked for {} and said nothing for {} "
                      "(engine.stall_s)",
                      what, limit)};
}

Result<void> StartedServer::wait_for_health(const LaunchOptions& options,
                                            const std::stop_token& stop) {
  const auto start = Clock::now();
  auto last_line = start;
  std::uint64_t lines = 0;
  for (;;) {
    const auto health = ask_health(stop);
    if (health == Health::ok) return {};
    if (stop.stop_requested()) return fail(Errc::cancelled, "stopped while loading the model");
    if (log_->ended()) return std::unexpected(end(false));
    if (health == Health::silent) return std::unexpected(deaf("its health"));
    const auto now = Clock::now();
    if (std::exchange(lines, log_->lines()) != lines) last_line = now;
    if (now - last_line > options.load_limit) {
      process_.terminate(milliseconds(0));
      return fail(Errc::timeout, "loading the model stood still for {}",
                  std::chrono::floor<std::chrono::seconds>(options.load_limit));
    }
    // Asking costs both sides something: a tenth of the time it took so far is early enough.
    const auto pause = std::chrono::floor<milliseconds>(now - start) / 10 + milliseconds(5);
    log_->wait_for_end(std::min(pause, milliseconds(200)), stop);
  }
}

StartedServer::Health StartedServer::ask_health(const std::stop_token& stop) {
  if (peer_.origin.socket.empty()) {
    const auto port = log_->port();
    if (!port) return Health::not_yet;
    peer_.origin.url = std::format("http://127.0.0.1:{}", *port);
  }
  const auto answer = get(peer_, "/health", stop);
  if (!answer) return answer.error().code == Errc::timeout ? Health::silent : Health::not_yet;
  return answer->status == 200 ? Health::ok : Health::not_yet;
}

Error StartedServer::end(bool kill) {
  // A child whose output has ended is about to be gone by itself, with a status worth knowing.
  const auto status = kill ? std::nullopt : process_.wait(stop_grace);
  const auto final = status ? *status : process_.terminate(milliseconds(0));
  log_->wait_for_end(milliseconds(500), {});  // its last words say why
  return explain_exit(final, log_->complaints());
}

}  // namespace plim::engine
