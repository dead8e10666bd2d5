// A llama-server without a model: replays scripted replies in llama-server 0.7's own wire format.
//
//   fake_llama_server --script model.jsonl [--record FILE] [--ctx-size N] [--host H] [--port N]
//
// The script has one line per streamed chat request, in order. A line is the assistant message as
// the OpenAI API has it ({"content", "reasoning_content", "tool_calls": [{"name", "arguments":
// object or raw text, "id"?}]}) and what goes wrong with it:
//   "finish": "length"         the finish_reason
//   "delay_ms": 20             before each chunk
//   "grow_kib": 256            memory taken with each chunk, until the reply is over
//   "status": 500, "body": {}  an HTTP error instead of a stream
//   "cut": true                the connection drops after the message, before its finish
//   "stall": true              silence after the message, until the client leaves
//   "hang": true               as stall, and from then on no request gets a byte
//   "die": true                the process is killed after the message
//   "broken_sse": true         something that is no event follows the message
// Other requests (the supervisor's one-token probe) get a token and use no line. When the script
// is at its end, a request gets a 500 that says so.
//
// Behaviour of the process:
//   --load-ms N          /health says 503 for so long         --say TEXT      a line of the log
//   --ignore-sigterm                                          --fail TEXT     say it, exit 1
//   --deaf               /health is fine, chats get no byte   --version       as llama-server 0.7.0
//   --mute               connections are taken, and nothing is ever said
//   --no-buffers         the log names none                  --full-oom        dies of a full
//   context
//   --offloaded N        layers on the GPU, of 3             --splits N        pieces of the graph
//   --host-kib N         weights that stay in RAM beside a GPU
//   --by-turn            the line for as many replies as the request holds: restarts do not matter
//   --gpu TEXT           what --list-devices says: "CUDA0: NAME (TOTAL MiB, FREE MiB free)"
//   --listen-on N        this port, whatever --port says      --also NAME     one more model listed
// llama-server's own flags are accepted; --alias, --ctx-size, --host (*.sock too), --port,
// --api-key-file and --slot-save-path mean the same. Its log names the buffers of the tests' tiny
// model as the real one would: two layers of 64 cached elements, weights as large as the file.
// Arguments in a file "fake.args" beside the program, one a line, come first: it can stand in for
// the engine where nobody can hand it a flag. Prints "listening on PORT" (or on its socket) when it
// serves. 4 bytes of a request are a token.

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <optional>
#include <print>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <httplib.h>
#include <nlohmann/json.hpp>
#include <signal.h>
#include <unistd.h>

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;
using Clock = std::chrono::steady_clock;

struct Options {
  std::string script, record, key, host = "127.0.0.1", alias = "fake", fail;
  std::vector<std::string> say, also;
  std::string model, device = "none", cache_type = "f16", slot_dir;
  long long context = 32768;
  int port = 0;
  int load_ms = 0;
  bool ignore_sigterm = false;
  bool deaf = false;
  bool mute = false;
  bool own_port = false;
  bool no_buffers = false;
  bool full_oom = false;
  bool by_turn = false;
  int offloaded = 3;
  double host_kib = 0;
  int splits = 0;  // 0: as many as there should be
};

std::string first_line(const fs::path& file) {
  std::ifstream in(file);
  std::string line;
  std::getline(in, line);
  return line;
}

Options parse(const std::vector<std::string>& args) {
  Options o;
  for (std::size_t i = 0; i < args.size(); ++i) {
    const std::string& flag = args[i];
    const auto value = [&] { return i + 1 < args.size() ? args[++i] : std::string(); };
    if (flag == "--script")
      o.script = value();
    else if (flag == "--record")
      o.record = value();
    else if (flag == "--host")
      o.host = value();
    else if (flag == "--port")
      o.port = o.own_port ? o.port : std::atoi(value().c_str());
    else if (flag == "--listen-on") {
      o.port = std::atoi(value().c_str());
      o.own_port = true;
    } else if (flag == "--alias")
      o.alias = value();
    else if (flag == "--ctx-size" || flag == "-c")
      o.context = std::atoll(value().c_str());
    else if (flag == "--api-key")
      o.key = value();
    else if (flag == "--api-key-file")
      o.key = first_line(value());
    else if (flag == "--load-ms")
      o.load_ms = std::atoi(value().c_str());
    else if (flag == "--say")
      o.say.push_back(value());
    else if (flag == "--fail")
      o.fail = value();
    else if (flag == "--ignore-sigterm")
      o.ignore_sigterm = true;
    else if (flag == "--deaf")
      o.deaf = true;
    else if (flag == "--mute")
      o.mute = true;
    else if (flag == "--no-buffers")
      o.no_buffers = true;
    else if (flag == "--by-turn")
      o.by_turn = true;
    else if (flag == "--full-oom")
      o.full_oom = true;
    else if (flag == "--offloaded")
      o.offloaded = std::atoi(value().c_str());
    else if (flag == "--host-kib")
      o.host_kib = std::atof(value().c_str());
    else if (flag == "--splits")
      o.splits = std::atoi(value().c_str());
    else if (flag == "--model")
      o.model = value();
    else if (flag == "--device")
      o.device = value();
    else if (flag == "--cache-type-k")
      o.cache_type = value();
    else if (flag == "--slot-save-path")
      o.slot_dir = value();
    else if (flag == "--also")
      o.also.push_back(value());
  }
  return o;
}

std::vector<std::string> all_arguments(int argc, char** argv) {
  std::vector<std::string> args;
  const fs::path program = argv[0];
  std::ifstream more(program.parent_path() / "fake.args");
  for (std::string line; std::getline(more, line);) args.push_back(line);
  args.insert(args.end(), argv + 1, argv + argc);
  return args;
}

// What loading prints from -lv 4 on.
void print_loading(const Options& o) {
  if (o.no_buffers || o.model.empty()) return;
  std::error_code missing;
  const double mib = 1 << 20U;
  const auto size = fs::file_size(o.model, missing);
  const double bytes_each = o.cache_type == "q8_0" ? 34.0 / 32 : o.cache_type == "f32" ? 4 : 2;
  const bool gpu = o.device != "none";
  const std::string device = gpu ? o.device : "CPU";
  const auto line = [](std::string_view from, std::string_view name, std::string_view kind,
                       double amount) {
    std::println(stderr, "0.00.000.001 I {}: {:>10} {} buffer size = {:8.2f} MiB", from, name, kind,
                 amount);
  };
  if (gpu)
    std::println(stderr, "0.00.000.001 I load_tensors: offloaded {}/3 layers to GPU", o.offloaded);
  const double weights = (missing ? 0 : static_cast<double>(size) / mib) - o.host_kib / 1024;
  line("load_tensors", gpu ? device : "CPU_Mapped", "model", weights);
  if (o.host_kib > 0) line("load_tensors", "CPU_Mapped", "model", o.host_kib / 1024);
  line("llama_kv_cache", device, "KV", static_cast<double>(o.context) * 128 * bytes_each / mib);
  line("sched_reserve", device, "compute", 0.5);
  std::println(stderr, "0.00.000.001 I sched_reserve: graph: nodes = 79, splits = {}",
               o.splits != 0 ? o.splits
               : gpu         ? 2
                             : 1);
}

// The text in pieces of a few bytes that split no code point, as tokens would come.
std::vector<std::string> pieces(const std::string& text) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t size = std::min<std::size_t>(5, text.size() - at);
    while (at + size < text.size() &&
           (static_cast<unsigned char>(text[at + size]) & 0xC0U) == 0x80U)
      ++size;
    out.push_back(text.substr(at, size));
    at += size;
  }
  return out;
}

std::string raw(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  return value.is_null() ? std::string() : value.dump();
}

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json error_body(int code, const std::string& message, const std::string& type) {
  return {{"error", {{"code", code}, {"message", message}, {"type", type}}}};
}

// What stands before the routes writes its members in another order.
Json gate_error(int code, const std::string& message, const std::string& type) {
  return {{"error", {{"message", message}, {"type", type}, {"code", code}}}};
}

// One stream in the order and with the members of llama-server 0.7.
class Chunks {
 public:
  Chunks(std::string model, int number)
      : model_(std::move(model)), id_("chatcmpl-fake" + std::to_string(number)) {}

  Json delta(Json delta, Json finish = nullptr) const {
    return frame(
        {{{"finish_reason", std::move(finish)}, {"index", 0}, {"delta", std::move(delta)}}});
  }
  Json progress(long long total, long long cached, long long done) const {
    Json chunk = role();
    chunk["prompt_progress"] = {
        {"total", total}, {"cache", cached}, {"processed", done}, {"time_ms", 1}};
    return chunk;
  }
  Json role() const { return delta({{"role", "assistant"}, {"content", nullptr}}); }
  Json usage(long long prompt, long long cached, long long generated) const {
    Json chunk = frame(Json::array());
    chunk["usage"] = {{"completion_tokens", generated},
                      {"prompt_tokens", prompt},
                      {"total_tokens", prompt + generated},
                      {"prompt_tokens_details", {{"cached_tokens", cached}}}};
    chunk["timings"] = timings(prompt - cached, cached, generated);
    return chunk;
  }
  static Json timings(long long prompt, long long cached, long long generated) {
    return {{"cache_n", cached},          {"prompt_n", prompt},
            {"prompt_ms", 1.0},           {"prompt_per_token_ms", 0.1},
            {"prompt_per_second", 1e4},   {"predicted_n", generated},
            {"predicted_ms", 1.0},        {"predicted_per_token_ms", 0.1},
            {"predicted_per_second", 1e4}};
  }

 private:
  Json frame(Json choices) const {
    return {{"choices", std::move(choices)},
            {"created", 1795357402},
            {"id", id_},
            {"model", model_},
            {"system_fingerprint", "b11669-Debian"},
            {"object", "chat.completion.chunk"}};
  }

  std::string model_;
  std::string id_;
};

class Fake {
 public:
  explicit Fake(Options options) : options_(std::move(options)) {
    std::ifstream in(options_.script);
    for (std::string line; std::getline(in, line);)
      if (!line.empty()) script_.push_back(Json::parse(line, nullptr, false));
  }

  void serve() {
    routes();
    server_.set_socket_options([](socket_t) {});  // else two could share one port
    const bool unix_socket = options_.host.ends_with(".sock");
    if (unix_socket) {
      server_.set_address_family(AF_UNIX);
      if (!server_.bind_to_port(options_.host, 80)) taken();
      std::println("listening on {}", options_.host);
    } else {
      int port = options_.port;
      if (port == 0)
        port = server_.bind_to_any_port(options_.host);
      else if (!server_.bind_to_port(options_.host, port))
        port = -1;
      if (port < 0) taken();
      std::println("listening on {}", port);
      std::fflush(stdout);  // before the log, for readers of both through one pipe
      std::println(stderr, "0.00.000.002 I srv  llama_server: listening on http://{}:{}",
                   options_.host, port);
    }
    std::fflush(stdout);
    server_.listen_after_bind();
  }

 private:
  [[noreturn]] static void taken() {
    std::println(stderr, "0.00.000.002 E srv         start: couldn't bind HTTP server socket");
    std::exit(1);
  }

  void routes() {
    server_.set_default_headers({{"Server", "llama.cpp"}});
    server_.set_pre_routing_handler([this](const auto& request, auto& response) {
      return admit(request, response) ? httplib::Server::HandlerResponse::Unhandled
                                      : httplib::Server::HandlerResponse::Handled;
    });
    server_.Get("/health",
                [](const auto&, auto& response) { answer(response, {{"status", "ok"}}); });
    server_.Get("/props", [this](const auto&, auto& response) { answer(response, props()); });
    server_.Get("/v1/models", [this](const auto&, auto& response) { answer(response, models()); });
    server_.Post("/tokenize", [](const auto& request, auto& response) {
      const auto content = raw(Json::parse(request.body, nullptr, false).value("content", Json()));
      Json tokens = Json::array();
      for (std::size_t i = 0; i < content.size(); i += 4) tokens.push_back(i);
      answer(response, {{"tokens", tokens}});
    });
    server_.Post("/slots/0",
                 [this](const auto& request, auto& response) { slot(request, response); });
    server_.Post("/completion", [this](const auto&, auto& response) { fill(response); });
    server_.Post("/v1/chat/completions",
                 [this](const auto& request, auto& response) { chat(request, response); });
  }

  static void answer(httplib::Response& response, const Json& body, int status = 200) {
    response.status = status;
    response.set_content(dump(body), "application/json; charset=utf-8");
  }

  // Loading comes before the key, and /health and /v1/models need none.
  bool admit(const httplib::Request& request, httplib::Response& response) const {
    while (options_.mute && !request.is_connection_closed())
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    if (Clock::now() - start_ < std::chrono::milliseconds(options_.load_ms)) {
      answer(response, gate_error(503, "Loading model", "unavailable_error"), 503);
      return false;
    }
    const bool open = request.path == "/health" || request.path == "/v1/models";
    const auto given = request.get_header_value("Authorization");
    if (open || options_.key.empty() || given == "Bearer " + options_.key) return true;
    answer(response, gate_error(401, "Invalid API Key", "authentication_error"), 401);
    return false;
  }

  Json props() const {
    return {
        {"default_generation_settings", {{"params", Json::object()}, {"n_ctx", options_.context}}},
        {"total_slots", 1},
        {"model_alias", options_.alias},
        {"model_path", "fake.gguf"},
        {"chat_template", ""},
        {"build_info", "b11669-Debian"},
        {"is_sleeping", false}};
  }

  Json models() const {
    const Json meta{
        {"n_vocab", 256}, {"n_ctx", options_.context}, {"n_ctx_train", options_.context}};
    Json list = Json::array();
    std::vector<std::string> names{options_.alias};
    names.insert(names.end(), options_.also.begin(), options_.also.end());
    for (const auto& name : names)
      list.push_back({{"id", name}, {"object", "model"}, {"owned_by", "llamacpp"}, {"meta", meta}});
    return {{"object", "list"}, {"data", std::move(list)}};
  }

  void chat(const httplib::Request& request, httplib::Response& response) {
    const Json body = Json::parse(request.body, nullptr, false);
    if (!body.is_object() || !body.contains("messages"))
      return answer(response, error_body(400, "no messages", "invalid_request_error"), 400);
    if (options_.deaf || hung()) return stall_all(response);
    if (!body.value("stream", false)) return answer(response, one_token());
    const std::scoped_lock lock(mutex_);
    record(request.body);
    const auto prompt = static_cast<long long>(request.body.size() / 4);
    if (prompt > options_.context) return overflow(response, prompt);
    const auto number = options_.by_turn ? replies_in(body) : next_++;
    if (number >= script_.size()) {
      const auto message = std::format("the script has no reply for request {}", number + 1);
      return answer(response, error_body(500, message, "server_error"), 500);
    }
    const Json& line = script_[number];
    if (line.contains("status"))
      return answer(response, line.value("body", Json::object()), line["status"].get<int>());
    stream(response, body, line, prompt, remember(request.body), static_cast<int>(number) + 1);
  }

  // What a slot has computed is, here, the last request.
  void slot(const httplib::Request& request, httplib::Response& response) {
    if (options_.slot_dir.empty())
      return answer(response, error_body(501, "slots are off", "not_supported_error"), 501);
    const auto action = request.get_param_value("action");
    const auto name = raw(Json::parse(request.body, nullptr, false).value("filename", Json()));
    const auto file = fs::path(options_.slot_dir) / name;
    const std::scoped_lock lock(mutex_);
    Json done{{"id_slot", 0}, {"filename", name}};
    if (action == "erase") last_.clear();
    if (action == "save") {
      std::ofstream(file, std::ios::binary) << last_;
      done["n_saved"] = last_.size() / 4;
      done["n_written"] = last_.size();
    }
    if (action == "restore") {
      std::ifstream in(file, std::ios::binary);
      if (!in)
        return answer(response, error_body(400, "Unable to restore slot", "invalid_request_error"),
                      400);
      last_.assign(std::istreambuf_iterator<char>(in), {});
      done["n_restored"] = last_.size() / 4;
    }
    answer(response, done);
  }

  // A prompt that fills the context.
  void fill(httplib::Response& response) const {
    if (options_.full_oom) {
      std::println(stderr, "0.00.000.009 E CUDA error: out of memory");
      std::_Exit(134);
    }
    const auto event = Json{{"stop", false},
                            {"prompt_progress",
                             {{"total", options_.context - 8},
                              {"cache", 0},
                              {"processed", options_.context - 8},
                              {"time_ms", 1}}}};
    response.set_content("data: " + dump(event) + "\n\ndata: {\"content\":\"x\",\"stop\":true}\n\n",
                         "text/event-stream");
  }

  static std::size_t replies_in(const Json& body) {
    return static_cast<std::size_t>(std::ranges::count_if(
        body["messages"],
        [](const Json& message) { return message.value("role", "") == "assistant"; }));
  }

  Json one_token() const {
    return {{"choices",
             {{{"finish_reason", "length"},
               {"index", 0},
               {"message", {{"role", "assistant"}, {"content", "x"}}}}}},
            {"model", options_.alias},
            {"object", "chat.completion"},
            {"timings", Chunks::timings(1, 0, 1)}};
  }

  void overflow(httplib::Response& response, long long prompt) const {
    Json body = error_body(400,
                           std::format("request ({} tokens) exceeds the available context size "
                                       "({} tokens), try increasing it",
                                       prompt, options_.context),
                           "exceed_context_size_error");
    body["error"]["n_prompt_tokens"] = prompt;
    body["error"]["n_ctx"] = options_.context;
    answer(response, body, 400);
  }

  void record(const std::string& body) const {
    if (options_.record.empty()) return;
    std::ofstream(options_.record, std::ios::app) << body << '\n';
  }

  // How many tokens of this request the last one began with.
  long long remember(const std::string& body) {
    const auto [a, b] = std::ranges::mismatch(last_, body);
    const auto common = a - last_.begin();
    last_ = body;
    return common / 4;
  }

  void stall_all(httplib::Response& response) {
    response.set_chunked_content_provider(
        "text/event-stream", [](std::size_t, auto& sink) { return wait_for_leaving(sink); });
  }

  static bool wait_for_leaving(httplib::DataSink& sink) {
    while (sink.is_writable()) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    return false;
  }

  std::vector<Json> events(const Json& request, const Json& line, long long prompt,
                           long long cached, int number) const {
    const Chunks chunks(options_.alias, number);
    std::vector<Json> out;
    if (request.value("return_progress", false)) {
      out.push_back(chunks.progress(prompt, cached, cached));
      out.push_back(chunks.progress(prompt, cached, prompt));
    }
    out.push_back(chunks.role());
    for (const char* key : {"reasoning_content", "content"})
      for (auto& piece : pieces(raw(line.value(key, Json()))))
        out.push_back(chunks.delta({{key, piece}}));
    const Json calls = line.value("tool_calls", Json::array());
    for (std::size_t i = 0; i < calls.size(); ++i) add_call(chunks, calls[i], i, number, out);
    return out;
  }

  static void add_call(const Chunks& chunks, const Json& call, std::size_t index, int number,
                       std::vector<Json>& out) {
    auto parts = pieces(raw(call.value("arguments", Json::object())));
    if (parts.empty()) parts.emplace_back();
    const auto id = call.value("id", std::format("fake-{}-{}", number, index));
    for (std::size_t i = 0; i < parts.size(); ++i) {
      Json piece{{"index", index}};
      if (i == 0) {
        piece["id"] = id;
        piece["type"] = "function";
        piece["function"]["name"] = call.value("name", "");
      }
      piece["function"]["arguments"] = parts[i];
      out.push_back(chunks.delta({{"tool_calls", Json::array({piece})}}));
    }
  }

  void stream(httplib::Response& response, const Json& request, const Json& line, long long prompt,
              long long cached, int number) {
    auto all = events(request, line, prompt, cached, number);
    const auto generated = static_cast<long long>(all.size());
    const bool calls = !line.value("tool_calls", Json::array()).empty();
    const bool usage =
        request.value("stream_options", Json::object()).value("include_usage", false);
    std::vector<Json> rest;
    const Chunks chunks(options_.alias, number);
    rest.push_back(
        chunks.delta(Json::object(), line.value("finish", calls ? "tool_calls" : "stop")));
    if (usage) rest.push_back(chunks.usage(prompt, cached, generated));
    response.set_chunked_content_provider(
        "text/event-stream", [line, all = std::move(all), rest = std::move(rest)](
                                 std::size_t, auto& sink) { return send(sink, line, all, rest); });
  }

  static std::atomic<bool>& hung() {
    static std::atomic<bool> value = false;
    return value;
  }

  static bool write(httplib::DataSink& sink, const std::string& text) {
    return sink.write(text.data(), text.size());
  }

  static bool send(httplib::DataSink& sink, const Json& line, const std::vector<Json>& message,
                   const std::vector<Json>& rest) {
    const std::chrono::milliseconds delay(line.value("delay_ms", 0));
    const auto growth = line.value("grow_kib", std::size_t{0}) * 1024;
    std::vector<std::string> grown;
    for (const auto& event : message) {
      if (growth > 0) grown.emplace_back(growth, 'x');
      if (delay.count() > 0) std::this_thread::sleep_for(delay);
      if (!write(sink, "data: " + dump(event) + "\n\n")) return false;
    }
    if (line.value("die", false)) ::kill(::getpid(), SIGKILL);
    if (line.value("cut", false)) return false;
    if (line.value("hang", false)) hung() = true;
    if (hung() || line.value("stall", false)) return wait_for_leaving(sink);
    if (line.value("broken_sse", false)) return write(sink, "<html>502 Bad Gateway</html>\n\n");
    for (const auto& event : rest)
      if (!write(sink, "data: " + dump(event) + "\n\n")) return false;
    if (!write(sink, "data: [DONE]\n\n")) return false;
    sink.done();
    return true;
  }

  Options options_;
  std::vector<Json> script_;
  httplib::Server server_;
  Clock::time_point start_ = Clock::now();
  std::mutex mutex_;  // of the three below
  std::size_t next_ = 0;
  std::string last_;
};

}  // namespace

int main(int argc, char** argv) try {
  const auto args = all_arguments(argc, argv);
  if (std::ranges::find(args, "--version") != args.end()) {
    std::println("version: 0.7.0 (build 11669, commit Debian)\nbuilt with GNU for Linux");
    return 0;
  }
  if (std::ranges::find(args, "--list-devices") != args.end()) {
    std::println("Available devices:");
    const auto gpu = std::ranges::find(args, "--gpu");
    if (gpu != args.end() && gpu + 1 != args.end()) std::println("  {}", *(gpu + 1));
    return 0;
  }
  const auto options = parse(args);
  ::signal(SIGTERM, options.ignore_sigterm ? SIG_IGN : [](int) { std::_Exit(0); });
  for (const auto& line : options.say) std::println(stderr, "0.00.000.001 I {}", line);
  if (!options.fail.empty()) {
    std::println(stderr, "0.00.000.001 E {}", options.fail);
    return 1;
  }
  print_loading(options);
  Fake(options).serve();
  return 0;
} catch (const std::exception& bug) {
  std::fprintf(stderr, "fake_llama_server: %s\n", bug.what());
  return 70;
}
