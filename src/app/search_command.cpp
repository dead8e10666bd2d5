#include <filesystem>
#include <format>
#include <fstream>
#include <iostream>
#include <iterator>
#include <print>

#include <nlohmann/json.hpp>

#include "app/commands.hpp"
#include "app/retrieval.hpp"
#include "base/utf8.hpp"
#include "index/index.hpp"
#include "index/log_find.hpp"

namespace plim::app {
namespace {

constexpr std::size_t max_input = 64U << 20U;

// A file's text, or standard input's for "-".
Result<std::string> read_input(const std::string& name) {
  std::string text;
  const auto take = [&](std::istream& in) {
    text.assign(std::istreambuf_iterator<char>(in), {});
    return !in.bad();
  };
  if (name == "-") {
    if (!take(std::cin)) return fail(Errc::io, "reading standard input failed");
  } else {
    std::ifstream in(name, std::ios::binary);
    if (!in) return fail(Errc::not_found, "cannot open {}", name);
    if (!take(in)) return fail(Errc::io, "reading {} failed", name);
  }
  if (text.size() > max_input) text.resize(max_input);
  return text;
}

Result<index::Query> read_query(const SearchCommand& command) {
  index::Query query{.task = command.query};
  if (!command.query_file.empty()) query.task = TRY(read_input(command.query_file));
  if (query.task.find_first_not_of(" \t\r\n") == std::string::npos) {
    return fail(Errc::invalid, "there is nothing to search for");
  }
  return query;
}

// A log's faults, read in pieces: it may be longer than memory.
Result<index::LogReport> read_report(const std::string& name) {
  std::ifstream file;
  if (name != "-") {
    file.open(name, std::ios::binary);
    if (!file) return fail(Errc::not_found, "cannot open {}", name);
  }
  std::istream& in = name == "-" ? std::cin : file;
  index::LogParser parser;
  std::string piece(1U << 16U, '\0');
  while (in.read(piece.data(), static_cast<std::streamsize>(piece.size())) || in.gcount() > 0) {
    parser.feed(std::string_view(piece).substr(0, static_cast<std::size_t>(in.gcount())));
  }
  if (in.bad()) return fail(Errc::io, "reading {} failed", name);
  return parser.finish();
}

Result<index::Snippets> find(const SearchCommand& command, const Context& context) {
  const index::IndexOptions options{.root = context.project,
                                    .cache = context.paths.cache / "index",
                                    .program_path = context.paths.program_path};
  const auto limit = static_cast<std::size_t>(command.limit);
  const index::FindLimits limits{.files = limit, .functions = limit};
  if (command.log.empty()) return index::find(options, TRY(read_query(command)), limits);
  const auto report = TRY(read_report(command.log));
  auto index = TRY(index::Index::open(options));
  TRY(index.refresh());
  auto found = TRY(index::find_in_log(index, context.project, report, command.query, limits));
  // A log that lies in the project has all of its own words.
  std::error_code error;
  const auto own = std::filesystem::weakly_canonical(command.log, error);
  std::erase_if(found.files, [&](const auto& hit) { return context.project / hit.path == own; });
  return found;
}

nlohmann::json to_json(const index::FileHit& hit) {
  return {{"path", to_utf8(hit.path)},
          {"reason", index::to_string(hit.reason)},
          {"language", index::name_of(hit.language)},
          {"score", hit.score}};
}

nlohmann::json to_json(const index::FunctionHit& hit) {
  return {{"path", to_utf8(hit.path)},           {"name", to_utf8(hit.name)},
          {"container", to_utf8(hit.container)}, {"first_line", hit.first_line},
          {"last_line", hit.last_line},          {"score", hit.score}};
}

nlohmann::json to_json(const index::Health& health) {
  return {{"files", health.files},
          {"by_grammar", health.by_grammar},
          {"by_scanner", health.by_scanner},
          {"too_slow", health.too_slow},
          {"cut", health.cut},
          {"binary", health.binary},
          {"unreadable", health.unreadable},
          {"incomplete", health.incomplete}};
}

void print_json(const index::Snippets& found) {
  nlohmann::json out{{"files", nlohmann::json::array()},
                     {"functions", nlohmann::json::array()},
                     {"health", to_json(found.health)}};
  for (const auto& hit : found.files) out["files"].push_back(to_json(hit));
  for (const auto& hit : found.functions) out["functions"].push_back(to_json(hit));
  std::println("{}", out.dump());
}

std::string place_of(const index::FunctionHit& hit) {
  return std::format("{}:{}-{}", hit.path, hit.first_line, hit.last_line);
}

void print_functions(const std::vector<index::FunctionHit>& functions) {
  for (const auto& hit : functions) {
    const auto name = hit.container.empty() ? hit.name : hit.container + "." + hit.name;
    std::println("{}  {}", terminal_safe(place_of(hit)), terminal_safe(name));
  }
}

void print_files(const std::vector<index::FileHit>& files, bool with_reason) {
  for (const auto& hit : files) {
    if (with_reason) {
      std::println("{}  ({})", terminal_safe(hit.path), index::to_string(hit.reason));
    } else {
      std::println("{}", hit.path);  // for programs: as it is
    }
  }
}

void print_health(const index::Health& health) {
  if (health.unreadable > 0) {
    std::println(stderr, "plim: {} files or folders could not be read", health.unreadable);
  }
  if (health.incomplete) {
    std::println(stderr, "plim: there are more files than the {} that were searched", health.files);
  }
}

// The project's name for a file as the user gives it: from here, or from the project's root.
std::string in_project(const std::string& given, const std::filesystem::path& project) {
  std::error_code error;
  const auto here = std::filesystem::weakly_canonical(given, error).lexically_relative(project);
  const bool is_inside = !here.empty() && *here.begin() != "..";
  return is_inside && std::filesystem::exists(project / here, error) ? here.generic_string()
                                                                     : given;
}

Result<int> list_companions(const SearchCommand& command, const Context& context) {
  std::vector<std::string> files;
  files.reserve(command.companions.size());
  for (const auto& file : command.companions) files.push_back(in_project(file, context.project));
  const auto found = TRY(
      Retrieval(context).companions(files, static_cast<std::size_t>(command.limit), context.stop));
  if (command.json) {
    nlohmann::json out{{"files", nlohmann::json::array()}};
    for (const auto& hit : found) {
      out["files"].push_back({{"path", to_utf8(hit.path)},
                              {"reason", index::to_string(hit.tie)},
                              {"score", hit.score}});
    }
    std::println("{}", out.dump());
    return 0;
  }
  for (const auto& hit : found) {
    if (command.files_only) {
      std::println("{}", hit.path);
    } else {
      std::println("{}  ({})", terminal_safe(hit.path), index::to_string(hit.tie));
    }
  }
  return 0;
}

}  // namespace

Result<int> execute(const SearchCommand& command, const Context& context) {
  if (!command.companions.empty()) return list_companions(command, context);
  const auto found = TRY(find(command, context));
  print_health(found.health);
  if (command.json) {
    print_json(found);
  } else if (command.files_only) {
    print_files(found.files, false);
  } else if (command.functions_only) {
    print_functions(found.functions);
  } else {
    print_files(found.files, true);
    if (!found.functions.empty()) std::println("");
    print_functions(found.functions);
  }
  return 0;
}

}  // namespace plim::app
