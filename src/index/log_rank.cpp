#include "index/log_rank.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <unordered_map>
#include <unordered_set>

#include "index/lex.hpp"
#include "index/log_names.hpp"
#include "index/log_paths.hpp"
#include "index/log_scan.hpp"
#include "index/log_test_body.hpp"
#include "index/path_parts.hpp"

namespace plim::index {
namespace {

// What a signal is worth at its strongest. Set on Defects4J's odd bugs, tried on the even ones.
constexpr double place_weight = 3;
constexpr double frame_weight = 1.2;
constexpr double name_weight = 1.5;
constexpr double body_weight = 1;
constexpr double message_weight = 0.5;
constexpr double of_a_test_file = 0.3;
constexpr double per_frame = 0.75;  // each frame further out
constexpr double per_record = 0.9;  // each record further down
constexpr std::size_t most_records = 30;
constexpr std::size_t most_frames = 12;

// Whether two folders end alike: "src/main/java/a/b" and "src/test/java/a/b".
bool mirrors(std::string_view a, std::string_view b) {
  std::size_t parts = 0;
  while (!a.empty() && !b.empty()) {
    if (name_of(a) != name_of(b)) break;
    ++parts;
    a = folder_of(a);
    b = folder_of(b);
  }
  return parts >= 2 || (a.empty() && b.empty() && parts > 0);
}

class Ranker {
 public:
  explicit Ranker(const LogProject& project)
      : project_(project), resolver_(project.paths), names_(project.paths) {}

  void add(const LogRecord& record, double weight) {
    const bool in_test_run = !record.test.empty();
    if (!record.file.empty()) {
      // A test's own place is where it noticed, not where it broke.
      vote(record.file, record.line, weight * (in_test_run ? frame_weight : place_weight),
           in_test_run ? LogReason::frame : LogReason::place);
    }
    add_frames(record, weight);
    add_test(record, weight);
    add_names(record.message, weight * message_weight, LogReason::message);
    if (!record.symbol.empty()) {
      add_names(record.symbol, weight * 2 * message_weight, LogReason::message);
    }
  }

  [[nodiscard]] std::vector<LogFile> take(std::size_t limit) {
    std::vector<LogFile> files;
    files.reserve(files_.size());
    for (auto& [path, file] : files_) files.push_back(std::move(file));
    std::ranges::sort(files, [](const LogFile& a, const LogFile& b) {
      return a.score != b.score ? a.score > b.score : a.path < b.path;
    });
    if (files.size() > limit) files.resize(limit);
    return files;
  }

 private:
  void vote_path(const std::string& path, int line, double score, LogReason reason) {
    if (score <= 0) return;
    auto& file = files_[path];
    if (file.path.empty()) file = {path, 0, reason, 0};
    const auto is_test = is_test_path(path) && reason != LogReason::place;
    const double counted = is_test ? score * of_a_test_file : score;
    if (counted > best_[path]) {
      best_[path] = counted;
      file.reason = reason;
      if (line > 0) file.line = line;
    }
    file.score += counted;
  }

  void vote(const std::string& printed, int line, double score, LogReason reason) {
    const auto found = resolver_.resolve(printed);
    for (const auto& path : found) {
      vote_path(path, line, score / static_cast<double>(found.size()), reason);
    }
  }

  // The innermost frames of the project, each file once.
  void add_frames(const LogRecord& record, double weight) {
    std::unordered_set<std::string> seen;
    double score = weight * frame_weight;
    for (const auto& frame : record.frames) {
      if (frame.file.empty() || seen.size() >= most_frames) continue;
      if (is_foreign(frame.file) || is_foreign(frame.function)) continue;
      if (!seen.insert(frame.file).second) continue;
      vote(frame.file, frame.line, score, LogReason::frame);
      const auto found = resolver_.resolve(frame.file, 1);
      if (!found.empty() && !is_test_path(found.front())) score *= per_frame;
    }
  }

  void add_test(const LogRecord& record, double weight) {
    if (record.test.empty() || !tests_.insert(record.test).second) return;
    const auto test = logs::read_test_name(record.test);
    const auto files = test_files(record, test);
    for (const auto& unit : test.units) add_like(unit, files, weight * name_weight);
    for (const auto& file : files) {
      const auto slash = file.rfind('/');
      const auto name = std::string_view(file).substr(slash == std::string::npos ? 0 : slash + 1);
      const auto stem = name.substr(0, name.find('.'));
      if (!std::ranges::contains(test.units, stem)) add_like(stem, files, weight * name_weight);
    }
    add_words(test.method, weight * 0.4 * name_weight);
    add_body(record, test, files, weight);
  }

  // Where the test itself is: named by the frames or by its own name.
  std::vector<std::string> test_files(const LogRecord& record, const logs::TestName& test) {
    std::vector<std::string> files;
    const auto take = [&](std::string_view printed) {
      for (auto& path : resolver_.resolve(printed, 2)) {
        if (is_test_path(path) && !std::ranges::contains(files, path)) files.push_back(path);
      }
    };
    if (!record.file.empty()) take(record.file);
    for (const auto& frame : record.frames) {
      if (!is_foreign(frame.function)) take(frame.file);
    }
    for (const auto& unit : test.units) {
      for (const auto i : names_.exact(unit)) {
        if (is_test_path(project_.paths[i]) && files.size() < 4) files.push_back(project_.paths[i]);
      }
    }
    if (files.size() > 3) files.resize(3);
    return files;
  }

  // Files named like the test without its "test", first of all those in the mirrored folder.
  void add_like(std::string_view unit, const std::vector<std::string>& tests, double weight) {
    const auto name = logs::without_test_words(unit);
    if (name.size() < 3) return;
    const bool is_test = name.size() < unit.size();
    for (const auto& [file, likeness] : names_.similar(name)) {
      const auto& path = project_.paths[file];
      const bool near = std::ranges::any_of(
          tests, [&](const auto& test) { return mirrors(folder_of(test), folder_of(path)); });
      const double score = likeness * (near ? 1 : 0.6) * (is_test ? 1 : 0.3);
      vote_path(path, 0, weight * score, LogReason::test_name);
    }
  }

  void add_words(std::string_view method, double weight) {
    const auto name = logs::without_test_words(method);
    if (name.size() < 4) return;
    for (const auto& [file, likeness] : names_.similar(name)) {
      vote_path(project_.paths[file], 0, weight * likeness, LogReason::test_name);
    }
  }

  void add_body(const LogRecord& record, const logs::TestName& test,
                const std::vector<std::string>& files, double weight) {
    if (!project_.read) return;
    for (const auto& file : files) {
      const auto text = project_.read(file);
      if (!text) continue;
      int line = record.line;
      for (const auto& frame : record.frames) {
        if (!frame.file.empty() && file.ends_with(frame.file)) line = frame.line;
      }
      const auto body = logs::test_body(*text, test.method, line);
      if (body.empty()) continue;
      add_used(logs::names_used(body), weight * body_weight);
      return;
    }
  }

  // Names divide a weight by how common they are: one that two files define says most.
  void add_used(const std::vector<std::pair<std::string, int>>& names, double weight) {
    std::unordered_map<std::string, double> scores;
    for (const auto& [name, times] : names) {
      const auto files = definers(name);
      for (const auto& path : files) {
        scores[path] += std::sqrt(times) / static_cast<double>(files.size());
      }
    }
    double best = 0;
    for (const auto& [path, score] : scores) best = std::max(best, score);
    for (const auto& [path, score] : scores) {
      vote_path(path, 0, weight * score / best, LogReason::test_body);
    }
  }

  void add_names(std::string_view text, double weight, LogReason reason) {
    std::unordered_set<std::string> seen;
    for_each_name(text.substr(0, 2000), [&](std::string_view name, std::size_t) {
      if (name.size() < 4 || seen.size() >= 40 || !seen.insert(std::string(name)).second) return;
      const bool is_name = std::ranges::any_of(
          name.substr(1), [](char c) { return c == '_' || (c >= 'A' && c <= 'Z'); });
      const auto files = is_name ? definers(std::string(name)) : named(name);
      for (const auto& path : files) {
        vote_path(path, 0, weight / static_cast<double>(files.size()), reason);
      }
    });
  }

  std::vector<std::string> named(std::string_view name) const {
    std::vector<std::string> files;
    if (name.empty() || name.front() < 'A' || name.front() > 'Z') return files;
    for (const auto i : names_.exact(name)) {
      if (!is_test_path(project_.paths[i])) files.push_back(project_.paths[i]);
    }
    return files.size() > 4 ? std::vector<std::string>{} : files;
  }

  std::vector<std::string> definers(const std::string& name) {
    auto files = named(name);
    if (!files.empty() || !project_.definers) return files;
    files = project_.definers(name);
    std::erase_if(files, [](const auto& path) { return is_test_path(path); });
    return files.size() > 4 ? std::vector<std::string>{} : files;
  }

  const LogProject& project_;
  PathResolver resolver_;
  logs::FileNames names_;
  std::unordered_map<std::string, LogFile> files_;
  std::unordered_map<std::string, double> best_;
  std::unordered_set<std::string> tests_;
};

}  // namespace

std::string_view to_string(LogReason reason) {
  constexpr auto names =
      std::to_array<std::string_view>({"place", "frame", "test name", "test body", "message"});
  return names[static_cast<std::size_t>(reason)];
}

bool is_test_path(std::string_view path) {
  std::string lower;
  for (const char c : path) lower += logs::to_lower(c);
  for (const std::string_view part :
       {"/test/", "/tests/", "/testing/", "/spec/", "/__tests__/", "/testsrc/", "/src/test"}) {
    if (lower.contains(part) || lower.starts_with(part.substr(1))) return true;
  }
  const auto name = path.substr(path.rfind('/') + 1);
  const auto stem = name.substr(0, name.rfind('.'));
  const auto ends = std::to_array<std::string_view>(
      {"Test", "Tests", "TestCase", "_test", "_tests", ".test", ".spec", "_spec", "_unittest"});
  return name.starts_with("test_") || name.starts_with("Test") ||
         std::ranges::any_of(ends, [&](auto end) { return stem.ends_with(end); });
}

std::vector<LogFile> rank_log(const LogReport& report, const LogProject& project,
                              std::size_t limit) {
  Ranker ranker(project);
  double weight = 1;
  std::size_t taken = 0;
  const bool errors = std::ranges::any_of(
      report.records, [](const auto& record) { return record.severity == Severity::error; });
  for (const auto& record : report.records) {
    if ((errors && record.severity != Severity::error) || taken++ >= most_records) continue;
    ranker.add(record, weight);
    weight *= per_record;
  }
  return ranker.take(limit);
}

}  // namespace plim::index
