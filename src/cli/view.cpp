#include "cli/view.hpp"

#include <algorithm>
#include <format>

#include <nlohmann/json.hpp>

#include "base/units.hpp"
#include "base/utf8.hpp"

namespace plim::cli {
namespace {

std::string first_line(std::string_view text) {
  return std::string(text.substr(0, text.find('\n')));
}

std::string one_line(std::string text, std::size_t width) {
  std::ranges::replace(text, '\n', ' ');
  text = terminal_safe(text);
  if (text.size() <= width) return text;
  return std::string(utf8_prefix(text, width > 3 ? width - 3 : width)) + "...";
}

int count_lines(std::string_view text) {
  return text.empty() ? 0 : static_cast<int>(std::ranges::count(text, '\n')) + 1;
}

double tokens_per_second(const chat::Usage& usage) {
  return usage.decode_ms > 0 ? static_cast<double>(usage.completion.value) * 1000 / usage.decode_ms
                             : 0;
}

// What the context came to, and how often the harness had to help.
std::string account(const chat::TaskFinished& event) {
  std::string text;
  if (event.context.size.value > 0) {
    text += std::format(" · context {} of {}", to_string(event.context.used()),
                        to_string(event.context.size));
  }
  if (event.compactions > 0) text += std::format(" · made room {} times", event.compactions);
  if (event.rescued > 0) text += std::format(" · {} calls rescued", event.rescued);
  return text;
}

}  // namespace

std::string describe(const chat::ToolCall& call) {
  const auto arguments = nlohmann::json::parse(call.arguments, nullptr, false);
  std::string line = call.name;
  if (!arguments.is_object()) return line;
  for (const auto* name : {"command", "pattern", "path", "glob"}) {
    const auto found = arguments.find(name);
    if (found != arguments.end() && found->is_string()) line += " " + found->get<std::string>();
  }
  return line;
}

std::string View::paint(Colour colour, std::string_view text) const {
  if (!style_.color || colour == Colour::plain) return std::string(text);
  const auto code = [colour] {
    switch (colour) {
      case Colour::dim:
        return 2;
      case Colour::bold:
        return 1;
      case Colour::red:
        return 31;
      case Colour::green:
        return 32;
      case Colour::yellow:
        return 33;
      case Colour::cyan:
        return 36;
      case Colour::plain:
        break;
    }
    return 0;
  }();
  return std::format("\x1b[{}m{}\x1b[0m", code, text);
}

std::string View::fresh_line() {
  std::string out;
  if (status_shown_) out += "\r\x1b[K";
  if (line_open_) out += '\n';
  status_shown_ = false;
  line_open_ = false;
  return out;
}

std::string View::status(std::string_view text) {
  std::string out = fresh_line();
  if (!style_.transient) return out;
  status_shown_ = true;
  return out + paint(Colour::dim,
                     one_line(std::string(text), static_cast<std::size_t>(style_.width) - 1));
}

std::string View::render(const chat::Event& event) {
  return std::visit([this](const auto& e) { return (*this)(e); }, event);
}

std::string View::operator()(const chat::TaskStarted& event) {
  return std::format(
      "{}\n",
      paint(Colour::dim, std::format("session {} · {} · context {}", event.session,
                                     terminal_safe(event.model), to_string(event.context))));
}

std::string View::operator()(const chat::MessageAdded&) {
  written_ = 0;
  return "";
}

std::string View::operator()(const chat::TextDelta& event) {
  std::string out;
  if (event.reasoning != reasoning_) out += fresh_line();
  reasoning_ = event.reasoning;
  if (status_shown_) out += fresh_line();
  const auto text = terminal_safe(event.text);
  if (!line_open_ && text.find_first_not_of(" \n") == std::string::npos) return out;
  line_open_ = !text.ends_with('\n');
  return out + (event.reasoning ? paint(Colour::dim, text) : text);
}

std::string View::operator()(const chat::CallDelta& event) {
  const auto shown = written_ / 100;
  written_ += event.arguments.size();
  if (!style_.transient || written_ / 100 == shown) return "";
  return status(
      std::format("  {}: {} written", one_line(event.name, 24), to_string(Bytes{written_})));
}

std::string View::operator()(const chat::PrefillProgress& event) {
  const bool is_short = event.total.value < 2000 || event.processed >= event.total;
  if (is_short || !style_.transient) return "";
  return status(std::format("reading the prompt: {}% of {} tokens",
                            event.processed.value * 100 / event.total.value,
                            to_string(event.total)));
}

std::string View::operator()(const chat::ToolStarted& event) {
  call_ = one_line(describe(event.call), static_cast<std::size_t>(std::max(style_.width - 24, 40)));
  return status("  " + call_);
}

std::string View::operator()(const chat::ToolFinished& event) {
  const bool is_edit = call_.starts_with("edit ") || call_.starts_with("write ");
  std::string result = event.result.text.starts_with("exit ") || event.result.is_error
                           ? one_line(first_line(event.result.text), 200)
                       : is_edit ? "done"  // the diff follows
                                 : std::format("{} lines", count_lines(event.result.text));
  if (event.seconds >= 1) result += std::format(", {:.1f} s", event.seconds);
  const bool bad = event.result.is_error || (result.starts_with("exit ") && result[5] != '0');
  return fresh_line() + std::format("  {}  {}\n", paint(Colour::cyan, call_),
                                    paint(bad ? Colour::red : Colour::dim, result));
}

std::string View::operator()(const chat::FileChanged& event) {
  std::string out = fresh_line();
  std::string_view rest = event.diff;
  while (!rest.empty()) {
    const auto end = std::min(rest.find('\n'), rest.size());
    const auto line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const Colour colour = line.starts_with("+++") || line.starts_with("---") ? Colour::bold
                          : line.starts_with('+')                            ? Colour::green
                          : line.starts_with('-')                            ? Colour::red
                          : line.starts_with("@@")                           ? Colour::cyan
                                                                             : Colour::plain;
    out += "    " + paint(colour, terminal_safe(line)) + "\n";
  }
  return out;
}

std::string View::operator()(const chat::VerifyStarted& event) {
  call_ = terminal_safe(event.command);
  return status("  checking: " + call_);
}

std::string View::operator()(const chat::VerifyFinished& event) {
  const auto line = std::format("{}: {} ({:.1f} s)", event.passed ? "tests pass" : "tests fail",
                                call_, event.seconds);
  return fresh_line() + paint(event.passed ? Colour::green : Colour::red, line) + "\n";
}

std::string View::operator()(const chat::TurnFinished&) { return fresh_line(); }

std::string View::operator()(const chat::Compacted& event) {
  return (*this)(
      chat::Notice{std::format("made room: {} of context became {}: {}", to_string(event.before),
                               to_string(event.after), event.reason)});
}

std::string View::operator()(const chat::Notice& event) {
  return fresh_line() + paint(Colour::yellow, one_line("note: " + event.text, std::string::npos)) +
         "\n";
}

std::string View::operator()(const chat::TaskFinished& event) {
  const bool good = event.outcome == chat::Outcome::verified ||
                    event.outcome == chat::Outcome::answered ||
                    event.outcome == chat::Outcome::unverified;
  const auto& usage = event.usage;
  return fresh_line() +
         paint(good ? Colour::green : Colour::red,
               std::format("{}: {}", to_string(event.outcome), terminal_safe(event.reason))) +
         "\n" +
         paint(Colour::dim,
               std::format("{} prompt ({} cached) + {} generated tokens · {:.1f} tokens/s · "
                           "{:.1f} s · {} {} changed{}",
                           usage.prompt.value, usage.cached.value, usage.completion.value,
                           tokens_per_second(usage), event.seconds, event.files.size(),
                           event.files.size() == 1 ? "file" : "files", account(event))) +
         "\n";
}

}  // namespace plim::cli
