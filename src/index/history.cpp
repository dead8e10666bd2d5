#include "index/history.hpp"

#include <chrono>
#include <string_view>
#include <utility>

#include "sys/process.hpp"

namespace plim::index {
namespace {

// A repository's own settings may name programs: none of them is run, and nothing is fetched.
sys::Command log_command(const std::string& git, const std::filesystem::path& root,
                         std::span<const std::string> files) {
  sys::Command command{.argv = {git,
                                "--no-pager",
                                "-c",
                                "log.showSignature=false",
                                "-c",
                                "core.quotePath=false",
                                "-c",
                                "core.fsmonitor=false",
                                "log",
                                "--no-merges",
                                "--no-renames",
                                "--no-ext-diff",
                                "--no-textconv",
                                "--relative",
                                "--full-diff",
                                "--name-only",
                                "--format=%x01",
                                "-n",
                                "300",
                                "--"},
                       .env = {"GIT_NO_LAZY_FETCH=1", "GIT_OPTIONAL_LOCKS=0",
                               "GIT_TERMINAL_PROMPT=0", "GIT_LITERAL_PATHSPECS=1", "LC_ALL=C"},
                       .cwd = root};
  command.argv.insert(command.argv.end(), files.begin(), files.end());
  return command;
}

std::vector<std::vector<std::string>> read_commits(std::string_view text) {
  std::vector<std::vector<std::string>> commits;
  while (!text.empty()) {
    const auto newline = text.find('\n');
    if (newline == std::string_view::npos) break;  // cut off in the middle of a name
    const auto line = text.substr(0, newline);
    text.remove_prefix(newline + 1);
    if (line == "\x01") {
      commits.emplace_back();
    } else if (!line.empty() && !commits.empty()) {
      commits.back().emplace_back(line);
    }
  }
  return commits;
}

}  // namespace

Result<std::vector<std::vector<std::string>>> commits_with(const std::filesystem::path& root,
                                                           const std::string& program_path,
                                                           std::span<const std::string> files,
                                                           std::stop_token stop) {
  const auto git = sys::find_program("git", program_path);
  if (!git) return {};
  const sys::RunLimits limits{
      .timeout = std::chrono::seconds(2), .head_bytes = 4U << 20U, .tail_bytes = 0};
  auto log = sys::run(log_command(git->string(), root, files), limits, std::move(stop));
  if (!log && log.error().code == Errc::cancelled) return std::unexpected(std::move(log).error());
  if (!log || (log->status.code != 0 && !log->timed_out)) return {};
  return read_commits(log->head);
}

}  // namespace plim::index
