#include "index/log_parser.hpp"

#include "index/log_reader.hpp"
#include "index/log_records.hpp"

namespace plim::index {

struct LogParser::State {
  logs::LineReader reader;
  logs::Records records;
  std::size_t bytes = 0;
};

LogParser::LogParser() : state_(std::make_unique<State>()) {}
LogParser::LogParser(LogParser&&) noexcept = default;
LogParser& LogParser::operator=(LogParser&&) noexcept = default;
LogParser::~LogParser() = default;

void LogParser::feed(std::string_view piece) {
  state_->bytes += piece.size();
  state_->reader.feed(piece, [this](std::string_view line) { state_->records.add(line); });
}

LogReport LogParser::finish() {
  state_->reader.finish([this](std::string_view line) { state_->records.add(line); });
  auto report = state_->records.finish();
  report.bytes = state_->bytes;
  return report;
}

LogReport read_log(std::string_view text) {
  LogParser parser;
  parser.feed(text);
  return parser.finish();
}

}  // namespace plim::index
