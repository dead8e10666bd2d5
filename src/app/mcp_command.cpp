#include <algorithm>
#include <cstdio>
#include <format>

#include <nlohmann/json.hpp>

#include "app/commands.hpp"
#include "app/retrieval.hpp"
#include "app/version.hpp"
#include "index/docs_find.hpp"
#include "index/log_trim.hpp"
#include "index/packet_tokens.hpp"
#include "mcp/server.hpp"

namespace plim::app {
namespace {

using Json = nlohmann::json;

constexpr std::size_t most_log_bytes = 4U << 20U;
constexpr std::int64_t standard_budget = 1200;
constexpr std::int64_t most_budget = 32'000;
constexpr std::int64_t most_files = 50;

std::string text_of(const Json& arguments, const char* name) {
  const auto found = arguments.find(name);
  return found != arguments.end() && found->is_string() ? found->get<std::string>() : "";
}

std::size_t number_of(const Json& arguments, const char* name, std::int64_t standard,
                      std::int64_t most) {
  const auto found = arguments.find(name);
  const auto given = found != arguments.end() && found->is_number_integer()
                         ? found->get<std::int64_t>()
                         : standard;
  return static_cast<std::size_t>(std::clamp<std::int64_t>(given, 1, most));
}

std::string listed(const index::Snippets& found) {
  std::string text;
  for (const auto& hit : found.files) {
    text += std::format("{} ({})\n", hit.path, index::to_string(hit.reason));
  }
  if (!found.functions.empty()) text += "\n";
  for (const auto& hit : found.functions) {
    text += std::format("{}:{}-{} {}\n", hit.path, hit.first_line, hit.last_line, hit.name);
  }
  return text.empty() ? "nothing was found" : text;
}

Result<std::string> search(const Retrieval& retrieval, const Json& arguments) {
  const auto query = text_of(arguments, "query");
  if (query.empty()) return fail(Errc::invalid, "query is missing");
  const auto limit = number_of(arguments, "limit", 10, most_files);
  const auto found = TRY(retrieval.find({.task = query}, {.files = limit, .functions = limit}));
  return listed(found);
}

Result<std::string> context_for(const Retrieval& retrieval, const Json& arguments) {
  const auto task = text_of(arguments, "task");
  if (task.empty()) return fail(Errc::invalid, "task is missing");
  const auto budget = number_of(arguments, "budget", standard_budget, most_budget);
  const auto packet = TRY(retrieval.packet(task, budget, index::estimate_tokens));
  if (packet.pieces.empty()) return std::string("nothing was found, or the budget is too small");
  return packet.text;
}

Result<std::string> explain_log(const Retrieval& retrieval, const Json& arguments) {
  const auto log = text_of(arguments, "log");
  if (log.empty()) return fail(Errc::invalid, "log is missing");
  if (log.size() > most_log_bytes) return fail(Errc::capacity, "the log is over 4 MiB");
  const auto report = index::read_log(log);
  const auto budget = number_of(arguments, "budget", standard_budget, most_budget);
  const auto trimmed = index::trim_log(report, budget, index::estimate_tokens);
  const auto found = TRY(retrieval.find_in_log(report, "", {.files = 10, .functions = 5}));
  return trimmed.text + "\n\nFiles, most likely first:\n" + listed(found);
}

Result<std::string> companions(const Retrieval& retrieval, const Context& context,
                               const Json& arguments) {
  std::vector<std::string> files;
  const auto given = arguments.find("files");
  if (given != arguments.end() && given->is_array()) {
    for (const auto& file : *given) {
      if (file.is_string()) files.push_back(file.get<std::string>());
    }
  }
  if (files.empty()) return fail(Errc::invalid, "files is missing");
  const auto limit = number_of(arguments, "limit", 10, most_files);
  const auto found = TRY(retrieval.companions(files, limit, context.stop));
  std::string text;
  for (const auto& hit : found) {
    text += std::format("{} ({})\n", hit.path, index::to_string(hit.tie));
  }
  return text.empty() ? "nothing was found" : text;
}

Result<std::string> docs(const Context& context, const Json& arguments) {
  const auto answers = TRY(index::find_docs(text_of(arguments, "question"),
                                            text_of(arguments, "package"), docs_places(context),
                                            number_of(arguments, "limit", 3, 10), context.stop));
  std::string text;
  for (const auto& answer : answers) {
    text += std::format("{}\n{} {} {}\n\n{}\n\n", answer.title, answer.package, answer.version,
                        answer.source, answer.text);
  }
  return text.empty() ? "not found offline" : text;
}

std::vector<mcp::ServedTool> tools(const Retrieval& retrieval, const Context& context) {
  return {
      {.name = "search",
       .title = "Search the project",
       .description = "Ranks the files and functions of this project that a task, an issue or a "
                      "question is about, best first. Ask in words, with the names you know.",
       .input_schema = R"({"type":"object","properties":{)"
                       R"("query":{"type":"string","description":"the task or question"},)"
                       R"("limit":{"type":"integer","description":"at most so many of each; 10"}},)"
                       R"("required":["query"]})",
       .call = [&](const Json& arguments) { return search(retrieval, arguments); }},
      {.name = "context",
       .title = "Context for a task",
       .description = "The code of this project that a task needs, within a budget of tokens: "
                      "paths, outlines, and the likeliest functions with line numbers.",
       .input_schema = R"({"type":"object","properties":{)"
                       R"("task":{"type":"string","description":"what is to be done"},)"
                       R"("budget":{"type":"integer","description":"tokens; 1200"}},)"
                       R"("required":["task"]})",
       .call = [&](const Json& arguments) { return context_for(retrieval, arguments); }},
      {.name = "explain_log",
       .title = "Find the cause in an error log",
       .description = "Trims the output of a build or test run to the lines that name the cause, "
                      "and ranks the files of this project it is about.",
       .input_schema = R"({"type":"object","properties":{)"
                       R"("log":{"type":"string","description":"the output, up to 4 MiB"},)"
                       R"("budget":{"type":"integer","description":"tokens; 1200"}},)"
                       R"("required":["log"]})",
       .call = [&](const Json& arguments) { return explain_log(retrieval, arguments); }},
      {.name = "companions",
       .title = "Files that go with these",
       .description = "The files of this project that go with some of its files: headers and "
                      "tests, what they import, what imports them, what history changed together.",
       .input_schema = R"({"type":"object","properties":{)"
                       R"("files":{"type":"array","items":{"type":"string"},)"
                       R"("description":"paths from the project's root"},)"
                       R"("limit":{"type":"integer","description":"at most so many; 10"}},)"
                       R"("required":["files"]})",
       .call = [&](const Json& arguments) { return companions(retrieval, context, arguments); }},
      {.name = "docs",
       .title = "Documentation, offline",
       .description = "Looks a symbol or a question up in the installed dependencies, in the "
                      "versions this project uses, in manual pages and in the project's documents.",
       .input_schema = R"({"type":"object","properties":{)"
                       R"("question":{"type":"string","description":"a symbol, or words"},)"
                       R"("package":{"type":"string","description":"only this dependency"}},)"
                       R"("required":["question"]})",
       .call = [&](const Json& arguments) { return docs(context, arguments); }},
  };
}

}  // namespace

Result<int> execute(const McpCommand&, const Context& context) {
  const Retrieval retrieval(context);
  const mcp::Server server(std::string(version),
                           "Local search of the project " + context.project.filename().string() +
                               ". Nothing leaves this machine.",
                           tools(retrieval, context));
  const auto served = rpc::serve(
      0,
      [](std::string_view line) {
        std::fwrite(line.data(), 1, line.size(), stdout);
        std::fflush(stdout);
      },
      [&](const std::string& method, const Json& params) { return server.answer(method, params); },
      context.stop);
  if (!served && served.error().code != Errc::cancelled) return std::unexpected(served.error());
  return served ? 0 : 130;
}

}  // namespace plim::app
