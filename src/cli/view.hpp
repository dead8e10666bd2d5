// cli: the plain front end: events as lines on a terminal or in a pipe, and questions.
// Does not: run anything; it is handed events and asked for approvals.
// Threads: the agent's; one object belongs to one task.
// Start at: view.hpp.
#pragma once

#include <string>
#include <string_view>

#include "chat/event.hpp"

namespace plim::cli {

/// How a terminal wants it.
struct Style {
  bool color = false;      ///< ANSI colours; never when NO_COLOR is set.
  bool transient = false;  ///< A terminal: progress may be drawn and wiped again.
  int width = 80;          ///< Columns.
};

/// Turns events into text, one at a time. Pure but for the little it must remember (is a line
/// open?), so tests compare what it returns.
class View {
 public:
  explicit View(Style style) : style_(style) {}

  /// What to print for `event`. Model and tool text is made safe for terminals.
  [[nodiscard]] std::string render(const chat::Event& event);

 private:
  std::string operator()(const chat::TaskStarted& event);
  std::string operator()(const chat::MessageAdded& event);
  std::string operator()(const chat::TextDelta& event);
  std::string operator()(const chat::CallDelta& event);
  std::string operator()(const chat::PrefillProgress& event);
  std::string operator()(const chat::ToolStarted& event);
  std::string operator()(const chat::ToolFinished& event);
  std::string operator()(const chat::FileChanged& event);
  std::string operator()(const chat::VerifyStarted& event);
  std::string operator()(const chat::VerifyFinished& event);
  std::string operator()(const chat::TurnFinished& event);
  std::string operator()(const chat::Compacted& event);
  std::string operator()(const chat::Notice& event);
  std::string operator()(const chat::TaskFinished& event);

  enum class Colour { plain, dim, bold, red, green, yellow, cyan };
  [[nodiscard]] std::string paint(Colour colour, std::string_view text) const;
  /// Ends an open line and wipes a transient one.
  [[nodiscard]] std::string fresh_line();
  [[nodiscard]] std::string status(std::string_view text);

  Style style_;
  bool line_open_ = false;
  bool status_shown_ = false;
  bool reasoning_ = false;
  std::string call_;         // the line of the running tool call
  std::size_t written_ = 0;  // bytes of the call that the model is writing
};

/// A tool call in one line for people: "edit basket.py", "run python3 -m unittest".
[[nodiscard]] std::string describe(const chat::ToolCall& call);

}  // namespace plim::cli
