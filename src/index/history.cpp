#include "index/history.hpp"

#include <algorithm>
#include <chrono>
#include <format>
#include <string_view>
#include <utility>

#include "sys/process.hpp"

namespace plim::index {
namespace {

// What git says; nothing where it says no.
Result<std::string> ask_git(const std::filesystem::path& root, const std::string& program_path,
                            std::vector<std::string> question, std::stop_token stop) {
  const auto git = sys::find_program("git", program_path);
  if (!git) return {};
  // A repository's own settings may name programs: none of them is run.
  sys::Command command{.argv = {git->string(), "--no-pager", "-c", "log.showSignature=false", "-c",
                                "core.quotePath=false", "-c", "core.fsmonitor=false"},
                       .env = {"GIT_NO_LAZY_FETCH=1", "GIT_OPTIONAL_LOCKS=0",
                               "GIT_TERMINAL_PROMPT=0", "GIT_LITERAL_PATHSPECS=1", "LC_ALL=C"},
                       .cwd = root};
  command.argv.insert_range(command.argv.end(), std::move(question));
  const sys::RunLimits limits{
      .timeout = std::chrono::seconds(2), .head_bytes = 8U << 20U, .tail_bytes = 0};
  auto said = sys::run(command, limits, std::move(stop));
  if (!said && said.error().code == Errc::cancelled) return std::unexpected(said.error());
  if (!said || (said->status.code != 0 && !said->timed_out)) return {};
  return std::move(said->head);
}

std::vector<std::string> log_question(std::string_view message, int most) {
  return {"log",
          "--no-merges",
          "--no-renames",
          "--no-ext-diff",
          "--no-textconv",
          "--no-color",
          "--relative",
          "--name-only",
          std::format("--format=%x01{}%x02", message),
          "-n",
          std::to_string(most)};
}

// A commit is \x01, its message, \x02, and a line for each file.
std::vector<Commit> read_commits(std::string_view text) {
  std::vector<Commit> commits;
  text.remove_prefix(std::min(text.find('\x01'), text.size()));  // a warning, perhaps
  while (text.starts_with('\x01')) {
    const auto end = text.find("\n\x01");
    const auto record = text.substr(1, end == text.npos ? end : end - 1);
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
    const auto middle = record.find('\x02');
    if (middle == record.npos) break;  // cut off
    Commit commit{.message = std::string(record.substr(0, middle)), .files = {}};
    auto names = record.substr(middle + 1);
    for (auto line = names.find('\n'); line != names.npos; line = names.find('\n')) {
      if (line > 0) commit.files.emplace_back(names.substr(0, line));
      names.remove_prefix(line + 1);
    }
    if (end != text.npos && !names.empty()) commit.files.emplace_back(names);
    commits.push_back(std::move(commit));
  }
  return commits;
}

}  // namespace

Result<std::vector<Commit>> commits_with(const std::filesystem::path& root,
                                         const std::string& program_path,
                                         std::span<const std::string> files, std::stop_token stop) {
  auto question = log_question("", 300);
  question.insert(question.end(), {"--full-diff", "--"});
  question.insert(question.end(), files.begin(), files.end());
  return read_commits(TRY(ask_git(root, program_path, std::move(question), std::move(stop))));
}

Result<std::vector<Commit>> newest_commits(const std::filesystem::path& root,
                                           const std::string& program_path, std::stop_token stop) {
  return read_commits(TRY(ask_git(root, program_path, log_question("%B", 1000), std::move(stop))));
}

Result<std::string> current_commit(const std::filesystem::path& root,
                                   const std::string& program_path, std::stop_token stop) {
  auto said = TRY(
      ask_git(root, program_path, {"rev-parse", "--verify", "--quiet", "HEAD"}, std::move(stop)));
  said.erase(said.find_last_not_of('\n') + 1);
  return said;
}

}  // namespace plim::index
