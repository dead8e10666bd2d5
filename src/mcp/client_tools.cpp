#include "mcp/client_tools.hpp"

#include <algorithm>
#include <cctype>
#include <format>
#include <ranges>

#include <nlohmann/json.hpp>

#include "mcp/words.hpp"
#include "tools/json_mend.hpp"
#include "tools/trim.hpp"

namespace plim::mcp {
namespace {

constexpr std::size_t most_description_bytes = 240;
constexpr std::size_t most_detailed = 5;  // tools whose parameters are shown

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](unsigned char c) { return std::tolower(c); });
  return out;
}

// "path: string, the file; depth?: integer": what a model needs of a schema, in a tenth of it.
std::string parameters_of(const chat::ToolSpec& tool) {
  const auto schema = nlohmann::ordered_json::parse(tool.parameters, nullptr, false);
  if (!schema.is_object() || !schema.contains("properties")) return "";
  const auto required = schema.value("required", nlohmann::ordered_json::array());
  std::string out;
  for (const auto& [name, property] : schema["properties"].items()) {
    const bool needed =
        std::ranges::any_of(required, [&](const auto& each) { return each == name; });
    out += std::format("\n  {}{}", name, needed ? "" : "?");
    if (!property.is_object()) continue;
    for (const auto* key : {"type", "description"}) {
      const auto found = property.find(key);
      if (found != property.end() && found->is_string())
        out += ": " + tools::trim_middle(found->template get<std::string>(), 160);
    }
  }
  return out;
}

struct Hit {
  int score;
  std::string name;
  const chat::ToolSpec* tool;
};

class Search final : public tools::Tool {
 public:
  explicit Search(Servers& servers) : servers_(servers) {}
  [[nodiscard]] const tools::ToolWords& words() const override { return words_; }
  [[nodiscard]] tools::Access access() const override { return tools::Access::read; }

  [[nodiscard]] tools::Outcome run(const tools::Arguments& arguments,
                                   const tools::Scope& scope) const override {
    const auto query = lower(arguments.text("query"));
    std::vector<Hit> hits;
    for (const auto& [server, client] : servers_.running(scope.stop)) {
      for (const auto& tool : client.tools()) {
        const auto score = score_of(query, lower(tool.name), lower(tool.description));
        if (score > 0) hits.push_back({score, server + "/" + tool.name, &tool});
      }
    }
    std::ranges::stable_sort(hits, std::ranges::greater{}, &Hit::score);
    std::string text;
    for (std::size_t i = 0; i < hits.size(); ++i) {
      text += std::format("{}{}: {}", text.empty() ? "" : "\n", hits[i].name,
                          tools::trim_middle(hits[i].tool->description, most_description_bytes));
      if (i < most_detailed && !query.empty()) text += parameters_of(*hits[i].tool);
    }
    return {text.empty() ? "no tool matches; an empty query lists all" : text, false, {}, {}};
  }

 private:
  // A word in the name counts for three in the description.
  static int score_of(const std::string& query, const std::string& name,
                      const std::string& description) {
    int score = query.empty() ? 1 : 0;
    for (const auto part : std::views::split(query, ' ')) {
      const std::string_view word(part.begin(), part.end());
      if (word.empty()) continue;
      score += (name.contains(word) ? 3 : 0) + (description.contains(word) ? 1 : 0);
    }
    return score;
  }

  Servers& servers_;
  tools::ToolWords words_ =
      tools::make_words("mcp_search", words::mcp_search, {{.name = "query", .required = false}});
};

class Call final : public tools::Tool {
 public:
  explicit Call(Servers& servers) : servers_(servers) {}
  [[nodiscard]] const tools::ToolWords& words() const override { return words_; }
  // Outside the sandbox, whatever the server may do: never in a read-only task.
  [[nodiscard]] tools::Access access() const override { return tools::Access::write; }

  [[nodiscard]] tools::Outcome run(const tools::Arguments& arguments,
                                   const tools::Scope& scope) const override {
    const auto& name = arguments.text("tool");
    const auto slash = name.find('/');
    auto& running = servers_.running(scope.stop);
    const auto server = std::ranges::find(running, name.substr(0, slash), &Servers::Running::name);
    if (slash == std::string::npos || server == running.end()) {
      return {std::format("error: there is no {}; name it as server/tool, as mcp_search does",
                          tools::trim_middle(name, 80)),
              true,
              {},
              {}};
    }
    const auto mended = tools::mend_json(arguments.text("arguments"));
    const auto answer = server->client.call(
        name.substr(slash + 1), mended.value_or(arguments.text("arguments")), scope.stop);
    if (!answer) return {"error: " + said_of(answer.error(), server->name, scope), true, {}, {}};
    const auto text = answer->text.empty() ? "no output" : answer->text;
    return {answer->is_error ? "error: " + text : text, answer->is_error, {}, {}};
  }

 private:
  // A call is not made again by itself: what it did before its server ended is not known. The
  // name is a copy, since restart removes what it is of.
  [[nodiscard]] std::string said_of(const Error& error, std::string server,
                                    const tools::Scope& scope) const {
    if (error.code != Errc::io) return error.message;
    servers_.restart(server, scope.stop);
    const bool runs =
        std::ranges::contains(servers_.running(scope.stop), server, &Servers::Running::name);
    return error.message + (runs ? "; it was started again, call once more if that does no harm"
                                 : "; it cannot be used any more");
  }

  Servers& servers_;
  tools::ToolWords words_ =
      tools::make_words("mcp_call", words::mcp_call,
                        {{.name = "tool"}, {"arguments", tools::ParameterType::object, false, {}}});
};

}  // namespace

std::vector<Servers::Running>& Servers::running(std::stop_token stop) {
  if (std::exchange(started_, true)) return running_;
  for (const auto& config : configs_) start(config, stop);
  return running_;
}

void Servers::start(const ServerConfig& config, std::stop_token stop) {
  auto transport = config.url.empty() ? start_server(config) : reach_server(config);
  auto client = transport ? Client::connect(*std::move(transport), std::move(stop))
                          : Result<Client>(std::unexpected(transport.error()));
  if (client) {
    running_.push_back({config.name, *std::move(client)});
  } else {
    say_(std::format("note: the MCP server {} cannot be used: {}", config.name,
                     client.error().message));
  }
}

void Servers::restart(const std::string& name, std::stop_token stop) {
  std::erase_if(running_, [&](const Running& each) { return each.name == name; });
  const auto config = std::ranges::find(configs_, name, &ServerConfig::name);
  if (config == configs_.end() || !restarted_.insert(name).second) return;
  say_(std::format("note: the MCP server {} ended and is started again", name));
  start(*config, std::move(stop));
}

std::vector<std::unique_ptr<tools::Tool>> make_tools(Servers& servers) {
  std::vector<std::unique_ptr<tools::Tool>> both;
  both.push_back(std::make_unique<Search>(servers));
  both.push_back(std::make_unique<Call>(servers));
  return both;
}

}  // namespace plim::mcp
