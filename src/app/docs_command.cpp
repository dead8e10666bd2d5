#include <print>

#include <nlohmann/json.hpp>

#include "app/commands.hpp"
#include "app/retrieval.hpp"
#include "base/utf8.hpp"
#include "index/docs_find.hpp"

namespace plim::app {
namespace {

std::string origin_of(const index::DocAnswer& answer) {
  if (answer.package.empty()) return "this project";
  return answer.version.empty() ? answer.package : answer.package + " " + answer.version;
}

void print_json(const std::vector<index::DocAnswer>& answers) {
  auto out = nlohmann::json::array();
  for (const auto& answer : answers) {
    out.push_back({{"title", to_utf8(answer.title)},
                   {"package", answer.package},
                   {"version", answer.version},
                   {"source", to_utf8(answer.source)},
                   {"exact", answer.exact},
                   {"text", to_utf8(answer.text)}});
  }
  std::println("{}", out.dump());
}

}  // namespace

Result<int> execute(const DocsCommand& command, const Context& context) {
  const auto answers = TRY(index::find_docs(command.question, command.package, docs_places(context),
                                            static_cast<std::size_t>(command.limit), context.stop));
  if (command.json) {
    print_json(answers);
    return answers.empty() ? 1 : 0;
  }
  for (const auto& answer : answers) {
    std::println("{}\n{}, {}\n\n{}\n", terminal_safe(answer.title),
                 terminal_safe(origin_of(answer)), terminal_safe(answer.source),
                 terminal_safe(answer.text));
  }
  if (!answers.empty()) return 0;
  std::println(
      "not found offline: neither in installed dependencies, manual pages, the system headers that "
      "this project includes and docsets, nor in its documents and those of named packages");
  return 1;
}

}  // namespace plim::app
