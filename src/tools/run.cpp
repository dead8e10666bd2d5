#include <algorithm>

#include "tools/command.hpp"
#include "tools/tool.hpp"
#include "tools/words.hpp"

namespace plim::tools {
namespace {

constexpr std::int64_t standard_timeout_s = 120;
constexpr std::int64_t most_timeout_s = 1800;

class Run final : public Tool {
 public:
  [[nodiscard]] const ToolWords& words() const override { return words_; }
  [[nodiscard]] Access access() const override { return Access::execute; }

  [[nodiscard]] Outcome run(const Arguments& arguments, const Scope& scope) const override {
    const auto timeout = std::clamp<std::int64_t>(
        arguments.integer("timeout").value_or(standard_timeout_s), 1, most_timeout_s);
    auto report = run_command(arguments.text("command"), std::chrono::seconds(timeout), scope);
    // A command that fails is an answer; one that could not run is an error.
    return {std::move(report.text), !report.ran, std::move(report.changes), {}};
  }

 private:
  ToolWords words_ = make_words(
      "run", words::run, {{.name = "command"}, {"timeout", ParameterType::integer, false, {}}});
};

}  // namespace

std::unique_ptr<Tool> make_run() { return std::make_unique<Run>(); }

}  // namespace plim::tools
