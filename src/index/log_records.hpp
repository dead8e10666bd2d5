#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "index/log_line.hpp"
#include "index/log_open_record.hpp"
#include "index/log_parser.hpp"

// Inside index only: lines in a row become records.
namespace plim::index::logs {

/// Keeps at most 2,000 records and a few dozen lines beside them.
class Records {
 public:
  void add(std::string_view text);
  [[nodiscard]] LogReport finish();

 private:
  void dispatch(const Line& line, std::string_view text);
  void diagnostic(const Line& line, std::string_view text);
  void exception(const Line& line, std::string_view text);
  void frame(const Line& line, std::string_view text);
  void test_failed(const Line& line, std::string_view text);
  void trace(std::string_view text);
  void lead(const Line& line, std::string_view text);
  void summary(std::string_view text);
  void plain(const Line& line, std::string_view text);
  void outside(std::string_view text);
  void in_trace(const Line& line, std::string_view text);
  void more(std::string_view text);
  void blank();

  void begin(Family family);
  void close();
  void keep(LogRecord record);
  void loose(std::string_view text);

  LogReport report_;
  std::optional<OpenRecord> open_;
  std::vector<LogLine> leads_;         // lines that introduce the next record
  std::vector<LogFrame> lead_frames_;  // and the places they name
  std::string last_plain_;             // a stack without a title takes the line above it
  LineNumber last_plain_number_;
  std::string test_;  // the test that runs, and the line that says so
  LogLine test_line_;
  std::string title_;  // the file that the places below are in
  LineNumber number_;
  std::unordered_map<std::string, std::size_t> known_;  // what a record says -> its index
  std::unordered_set<std::string> tests_;               // failing tests that have a record
  std::vector<LogLine> first_, trouble_, summaries_;
  std::deque<LogLine> last_, last_summaries_;
};

}  // namespace plim::index::logs
