#include "index/log_open_record.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "base/utf8.hpp"

namespace plim::index::logs {
namespace {

constexpr std::size_t longest_kept = 400;
constexpr std::size_t first_frames = 40;
constexpr std::size_t final_frames = 12;

// Lines kept of each use, in the order of LineUse.
constexpr std::array<std::size_t, 8> most = {6, 24, first_frames, 12, 6, 24, 0, 0};

LogFrame to_frame(const Line& line, std::string_view caller) {
  LogFrame frame{std::string(line.at.file), line.at.line, line.at.column, std::string(line.name)};
  if (frame.function.empty() && !caller.empty()) frame.function = caller;
  // A Java file is in its package's folder, and only the method's name says which that is.
  if (frame.file.ends_with(".java") || frame.file.ends_with(".kt") ||
      frame.file.ends_with(".scala") || frame.file.ends_with(".groovy")) {
    const auto method = frame.function.rfind('.');
    const auto type = method == std::string::npos || method == 0
                          ? std::string::npos
                          : frame.function.rfind('.', method - 1);
    if (type != std::string::npos && !frame.file.contains('/')) {
      std::string folder = frame.function.substr(0, type);
      std::ranges::replace(folder, '.', '/');
      frame.file.insert(0, folder + "/");
    }
  }
  return frame;
}

}  // namespace

LogLine kept_line(LineNumber number, LineUse use, std::string_view text) {
  const auto end = text.find_last_not_of(" \t");
  text = text.substr(0, end == std::string_view::npos ? 0 : end + 1);
  if (text.size() <= longest_kept) return {number.number, number.ordinal, use, std::string(text)};
  constexpr std::size_t tail = 120;
  std::string cut(utf8_prefix(text, longest_kept - tail - 5));
  cut += " \xE2\x80\xA6 ";
  cut += utf8_suffix(text, tail);
  return {number.number, number.ordinal, use, std::move(cut)};
}

std::string normalised(std::string_view message) {
  std::string out;
  bool gap = false;
  for (std::size_t i = 0; i < message.size() && out.size() < 200; ++i) {
    const char c = message[i];
    if (is_digit(c)) {
      const bool hex = c == '0' && i + 1 < message.size() && message[i + 1] == 'x';
      if (hex) ++i;
      while (i + 1 < message.size() &&
             (is_digit(message[i + 1]) || (hex && is_word(message[i + 1])))) {
        ++i;
      }
      out += '#';
    } else if (c == ' ' || c == '\t') {
      gap = true;
      continue;
    } else {
      if (gap && !out.empty()) out += ' ';
      out += c;
    }
    gap = false;
  }
  return out;
}

void OpenRecord::add(LineNumber number, LineUse use, std::string_view text) {
  blanks = 0;
  if (use == LineUse::message) ++messages_;
  if (use == LineUse::note) noted = true;
  if (use == LineUse::context || use == LineUse::source) caller_ = trim(text);
  auto& count = counts_[std::to_underlying(use)];
  if (count >= most[std::to_underlying(use)]) return;
  ++count;
  record_.lines.push_back(kept_line(number, use, text));
}

void OpenRecord::add_frame(LineNumber number, const Line& line, std::string_view text) {
  blanks = 0;
  idle = 0;
  // "shop.Pick(...)" above "\t/p/cart.go:4", "12: shop::pick" above "at ./src/main.rs:2:5"
  const bool titled = line.name.empty() && caller_.size() < 200 && !caller_.contains(". ");
  auto frame = to_frame(line, titled ? std::string_view(caller_) : std::string_view{});
  caller_.clear();
  auto& count = counts_[std::to_underlying(LineUse::frame)];
  if (count < first_frames) {
    ++count;
    record_.lines.push_back(kept_line(number, LineUse::frame, text));
    stack_.push_back(std::move(frame));
    return;
  }
  last_frames_.push_back(kept_line(number, LineUse::frame, text));
  stack_end_.push_back(std::move(frame));
  if (last_frames_.size() > final_frames) last_frames_.pop_front();
  if (stack_end_.size() > final_frames) stack_end_.pop_front();
}

void OpenRecord::describe(const Line& line) {
  if (record_.code.empty()) record_.code = line.code;
  if (record_.message.empty()) record_.message = kept_line({}, LineUse::head, line.message).text;
  if (record_.symbol.empty() && line.kind == LineKind::diagnostic) {
    record_.symbol = line.name.substr(0, 200);
  }
  if (record_.line == 0 && !line.at.file.empty()) {
    record_.file = line.at.file;
    record_.line = line.at.line;
    record_.column = line.at.column;
  }
}

void OpenRecord::next_stack(bool cause) {
  stack_.insert(stack_.end(), std::make_move_iterator(stack_end_.begin()),
                std::make_move_iterator(stack_end_.end()));
  stack_end_.clear();
  if (outermost_first) std::ranges::reverse(stack_);
  auto& frames = record_.frames;
  frames.insert(cause_ ? frames.begin() : frames.end(), std::make_move_iterator(stack_.begin()),
                std::make_move_iterator(stack_.end()));
  stack_.clear();
  cause_ = cause;
}

LogRecord OpenRecord::take() {
  next_stack(false);
  std::ranges::move(last_frames_, std::back_inserter(record_.lines));
  std::ranges::stable_sort(record_.lines, {}, &LogLine::number);
  return std::move(record_);
}

}  // namespace plim::index::logs
