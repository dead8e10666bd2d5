#include "index/log_records.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/utf8.hpp"

namespace plim::index::logs {
namespace {

constexpr std::size_t most_records = 2000;
constexpr std::size_t classified_bytes = 2048;
constexpr std::size_t most_leads = 14;
constexpr std::size_t first_lines = 15;
constexpr std::size_t last_lines = 25;
constexpr std::size_t trouble_lines = 40;
constexpr std::size_t longest_name = 300;
constexpr std::size_t idle_lines = 30;  // plain lines after which a report has surely ended

bool is_chain(std::string_view text) {
  return text.starts_with("During handling of the above exception") ||
         text.starts_with("The above exception was the direct cause");
}

std::size_t indent_of(std::string_view text) {
  return std::min(text.find_first_not_of(" \t"), text.size());
}

std::string place_text(const std::string& file, int line) {
  return line > 0 ? file + ":" + std::to_string(line) : file;
}

}  // namespace

void Records::add(std::string_view text) {
  ++number_.number;
  if (trim(text).empty()) return blank();
  ++number_.ordinal;
  const auto seen = utf8_prefix(text, classified_bytes);
  dispatch(classify(seen), text);
}

void Records::dispatch(const Line& line, std::string_view text) {
  switch (line.kind) {
    case LineKind::blank:
      return blank();
    case LineKind::noise:
      close();
      if (text.contains(test_)) test_.clear();
      return leads_.clear();
    case LineKind::diagnostic:
      return diagnostic(line, text);
    case LineKind::lead:
      return lead(line, text);
    case LineKind::exception:
    case LineKind::cause:
      return exception(line, text);
    case LineKind::trace:
      return trace(text);
    case LineKind::frame:
      return frame(line, text);
    case LineKind::test_begins:
      close();
      test_ = line.name.substr(0, longest_name);
      test_line_ = kept_line(number_, LineUse::head, text);
      return;
    case LineKind::test_failed:
      return test_failed(line, text);
    case LineKind::file_title:
      close();
      title_ = line.at.file;
      return;
    case LineKind::separator:
      if (open_ && (open_->has_message() || open_->has_frames())) close();
      return;
    case LineKind::summary:
      return summary(text);
    case LineKind::location:
    case LineKind::message:
    case LineKind::source:
    case LineKind::plain:
      return plain(line, text);
  }
}

void Records::blank() {
  if (open_) ++open_->blanks;
}

void Records::begin(Family family) {
  close();
  open_.emplace(family);
  if (!test_.empty() && family != Family::test) {
    open_->add({test_line_.number, test_line_.ordinal}, LineUse::head, test_line_.text);
  }
  for (const auto& kept : leads_) open_->add({kept.number, kept.ordinal}, kept.use, kept.text);
  open_->record().frames = std::exchange(lead_frames_, {});
  open_->record().test = test_;
  leads_.clear();
}

void Records::diagnostic(const Line& line, std::string_view text) {
  if (line.severity == Severity::note) {
    if (open_) return open_->add(number_, LineUse::note, text);
    return loose(text);
  }
  // What a failing test prints is part of its report.
  const bool inside = open_ && open_->family() == Family::test && open_->blanks < 2 &&
                      (!open_->has_message() || indent_of(text) > 0);
  // A crash's own report may hold lines like "main.cpp:5: error"; an error in column 0 begins anew.
  if (inside) {
    open_->describe(line);
    return open_->add(number_, LineUse::message, text);
  }
  if (open_ && open_->awaits_exception && indent_of(text) == 0) return exception(line, text);
  begin(Family::diagnostic);
  open_->record().severity = line.severity;
  open_->describe(line);
  if (open_->record().file.empty() && line.at.line > 0) {
    open_->record().file = title_;
    open_->record().line = line.at.line;
    open_->record().column = line.at.column;
  }
  const bool titled = line.at.file.empty() && line.at.line > 0 && !title_.empty();
  open_->add(number_, LineUse::head, titled ? title_ + ": " + std::string(trim(text)) : text);
}

void Records::lead(const Line& line, std::string_view text) {
  if (open_ && open_->family() == Family::test) {
    return open_->add(number_, LineUse::context, text);
  }
  close();
  if (leads_.size() >= most_leads) leads_.erase(leads_.begin() + most_leads / 2);
  const bool own = line.at.line > 0 && !line.at.file.starts_with("/usr/");
  leads_.push_back(kept_line(number_, own ? LineUse::frame : LineUse::context, text));
  if (own) {
    if (lead_frames_.size() >= most_leads) lead_frames_.pop_back();
    lead_frames_.insert(lead_frames_.begin(),
                        {std::string(line.at.file), line.at.line, line.at.column, {}});
  }
}

void Records::exception(const Line& line, std::string_view text) {
  if (line.kind == LineKind::cause && open_) {
    open_->next_stack(true);
    return open_->add(number_, LineUse::head, text);
  }
  const bool completes = open_ && open_->awaits_exception;
  const bool of_test = open_ && open_->family() == Family::test && !open_->has_frames();
  if (completes || of_test) {
    open_->awaits_exception = false;
    open_->describe(line);
    return open_->add(number_, completes ? LineUse::head : LineUse::message, text);
  }
  // "panic: x [recovered]" and again "panic: x"; Catch2's second line of a title.
  if (open_ && open_->family() == Family::crash && !open_->has_frames() && indent_of(text) > 0) {
    return open_->add(number_, LineUse::message, text);
  }
  begin(Family::crash);
  open_->describe(line);
  open_->add(number_, LineUse::head, text);
}

void Records::trace(std::string_view text) {
  const bool continues =
      open_ && ((open_->family() == Family::test && !open_->has_frames()) || open_->blanks <= 1) &&
      open_->family() != Family::diagnostic && (open_->outermost_first || !open_->has_frames());
  if (!continues) begin(Family::crash);
  open_->outermost_first = true;
  open_->awaits_exception = true;
  open_->indent = indent_of(text);
  open_->add(number_, LineUse::context, text);
}

void Records::frame(const Line& line, std::string_view text) {
  if (!open_) {
    begin(Family::crash);
    if (!last_plain_.empty() && number_.number - last_plain_number_.number <= 2) {
      open_->record().message = kept_line({}, LineUse::head, trim(last_plain_)).text;
      open_->add(last_plain_number_, LineUse::head, last_plain_);
    }
  }
  if (text.contains("File \"") && !open_->has_frames()) {  // a SyntaxError has no "Traceback"
    open_->outermost_first = true;
    open_->awaits_exception = true;
  }
  if (!line.code.empty() && open_->record().code.empty()) open_->record().code = line.code;
  // pytest writes where it was raised below the exception.
  if (open_->family() == Family::test && text.contains(".py:")) open_->outermost_first = true;
  open_->add_frame(number_, line, text);
}

void Records::test_failed(const Line& line, std::string_view text) {
  std::string name(line.name.substr(0, longest_name));
  if (trim(text).starts_with("[  FAILED")) {  // GoogleTest names the test below its failures
    close();
    if (name == test_) test_.clear();
    if (tests_.contains(name)) return;
  }
  const bool titled =
      open_ && open_->family() == Family::test && !open_->has_message() && !open_->has_frames();
  if (!titled) begin(Family::test);
  auto& record = open_->record();
  record.test = std::move(name);
  if (line.at.line > 0) open_->describe(line);
  open_->add(number_, LineUse::head, text);
}

void Records::summary(std::string_view text) {
  if (!open_ || open_->family() != Family::test || open_->has_message()) close();
  auto kept = kept_line(number_, LineUse::summary, text);
  if (summaries_.size() < 4) {
    summaries_.push_back(std::move(kept));
    return;
  }
  last_summaries_.push_back(std::move(kept));
  if (last_summaries_.size() > 6) last_summaries_.pop_front();
}

void Records::plain(const Line& line, std::string_view text) {
  if (!open_) return outside(text);
  if (line.kind == LineKind::location) {
    const bool first = !open_->has_place();
    open_->describe(line);
    return open_->add(number_, first ? LineUse::message : LineUse::source, text);
  }
  if (open_->awaits_exception) return in_trace(line, text);
  if (is_chain(text)) {
    open_->next_stack(false);
    return open_->add(number_, LineUse::head, text);
  }
  if (trim(text).starts_with("\xE2\x80\xA2 ")) return open_->add(number_, LineUse::note, text);
  if (line.kind == LineKind::source) {
    return open_->add(number_, open_->noted ? LineUse::note : LineUse::source, text);
  }
  if (line.kind == LineKind::message) {
    open_->idle = 0;
    open_->describe({.message = trim(text)});
    return open_->add(number_, LineUse::message, text);
  }
  more(text);
}

void Records::outside(std::string_view text) {
  if (!leads_.empty() && leads_.size() < most_leads) {
    return leads_.push_back(kept_line(number_, LineUse::source, text));
  }
  last_plain_ = text.substr(0, classified_bytes);
  last_plain_number_ = number_;
  loose(text);
}

// Below "Traceback": the source of each frame, and at last the exception.
void Records::in_trace(const Line& line, std::string_view text) {
  if (indent_of(text) > open_->indent || line.kind == LineKind::source) {
    return open_->add(number_, LineUse::source, text);
  }
  if (text.starts_with("[Previous line repeated")) {
    return open_->add(number_, LineUse::context, text);
  }
  open_->awaits_exception = false;  // an exception with a name of its own
  open_->describe({.message = text});
  open_->add(number_, LineUse::head, text);
}

// A line that says nothing by itself: of the report at hand, or the end of it.
void Records::more(std::string_view text) {
  auto& open = *open_;
  const bool compiler = open.family() == Family::diagnostic;
  const bool goes_on =
      compiler ? indent_of(text) > 0 && open.blanks < 4 : open.blanks < 3 && open.idle < idle_lines;
  if (!goes_on) {
    close();
    return outside(text);
  }
  ++open.idle;
  const bool says_why = !compiler && !open.has_frames() && open.idle <= 6;
  if (says_why) open.describe({.message = trim(text)});
  const bool cmake = compiler && open.record().message.starts_with('(');
  open.add(number_, says_why || cmake || names_trouble(text) ? LineUse::message : LineUse::context,
           text);
}

void Records::close() {
  if (!open_) return;
  auto record = open_->take();
  open_.reset();
  if (!record.lines.empty()) keep(std::move(record));
}

void Records::keep(LogRecord record) {
  if (!record.test.empty()) tests_.insert(record.test);
  if (tests_.size() > 10 * most_records) tests_.clear();
  std::string said = std::to_string(std::to_underlying(record.severity)) + record.code + "\n" +
                     normalised(record.message) + "\n" + record.symbol;
  if (record.message.empty())
    said += "\n" + record.test + "\n" + normalised(record.lines.front().text);
  const auto [known, is_new] = known_.try_emplace(std::move(said), report_.records.size());
  if (!is_new && known->second < report_.records.size()) {
    auto& first = report_.records[known->second];
    ++first.times;
    const auto where = record.file.empty() ? record.test : place_text(record.file, record.line);
    if (first.also.size() < 2 && !where.empty()) first.also.push_back(where);
    return;
  }
  if (report_.records.size() >= most_records) {
    ++report_.dropped;
    if (is_new) known_.erase(known);
    return;
  }
  report_.records.push_back(std::move(record));
}

void Records::loose(std::string_view text) {
  auto kept = kept_line(number_, LineUse::loose, text);
  if (first_.size() < first_lines) {
    first_.push_back(std::move(kept));
    return;
  }
  if (trouble_.size() < trouble_lines && names_trouble(utf8_prefix(text, classified_bytes))) {
    trouble_.push_back(std::move(kept));
    return;
  }
  last_.push_back(std::move(kept));
  if (last_.size() > last_lines) last_.pop_front();
}

LogReport Records::finish() {
  close();
  if (!test_.empty() && !tests_.contains(test_)) begin(Family::crash);  // a test that never ended
  close();
  for (auto* lines : {&first_, &trouble_, &summaries_}) {
    std::ranges::move(*lines, std::back_inserter(report_.others));
  }
  for (auto* lines : {&last_, &last_summaries_}) {
    std::ranges::move(*lines, std::back_inserter(report_.others));
  }
  for (auto& kept : leads_) {
    kept.use = LineUse::loose;
    report_.others.push_back(std::move(kept));
  }
  std::ranges::sort(report_.others, {}, &LogLine::number);
  report_.lines = number_.number;
  report_.ordinals = number_.ordinal;
  return std::move(report_);
}

}  // namespace plim::index::logs
