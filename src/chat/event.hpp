#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.hpp"
#include "base/units.hpp"
#include "chat/message.hpp"

namespace plim::chat {

/// How a task ended. Exit codes of `plim run` are made from it (docs/exit-codes.md).
enum class Outcome {
  verified,    ///< The project's tests pass after the last change.
  answered,    ///< The model has answered, or planned, and nothing was changed: nothing to verify.
  unverified,  ///< Files were changed, and no tests are known or they could not run.
  failed,      ///< Tests still fail, or turn/time limit reached.
  refused,     ///< Policy or the user refused what the task needed.
  engine,      ///< The engine failed.
  cancelled,
};

// What happens during a task, in the order it happens. Every front end, `--json` and the
// session file see the same list; wire names are in event_json.cpp.

struct TaskStarted {
  std::string session;  ///< Session id.
  std::string task;
  std::string model;
  Tokens context;  ///< The served context of this slot.
  friend bool operator==(const TaskStarted&, const TaskStarted&) = default;
};

/// A message entered the transcript. Replaying these in order rebuilds it.
struct MessageAdded {
  Message message;
  friend bool operator==(const MessageAdded&, const MessageAdded&) = default;
};

/// A piece of the reply while it streams; not stored in session files.
struct TextDelta {
  std::string text;
  bool reasoning = false;
  friend bool operator==(const TextDelta&, const TextDelta&) = default;
};

/// A piece of a tool call's arguments while they stream; not stored in session files.
struct CallDelta {
  std::string name;  ///< The tool's, as the model wrote it.
  std::string arguments;
  friend bool operator==(const CallDelta&, const CallDelta&) = default;
};

/// Prompt processing advanced; not stored in session files.
struct PrefillProgress {
  Tokens processed;
  Tokens total;
  friend bool operator==(const PrefillProgress&, const PrefillProgress&) = default;
};

struct ToolStarted {
  ToolCall call;
  friend bool operator==(const ToolStarted&, const ToolStarted&) = default;
};

struct ToolFinished {
  ToolResult result;
  double seconds = 0;
  friend bool operator==(const ToolFinished&, const ToolFinished&) = default;
};

/// A file of the project was written, and can be undone.
struct FileChanged {
  std::string path;  ///< Relative to the project root.
  std::string diff;  ///< Unified.
  int added = 0;     ///< Lines.
  int removed = 0;
  friend bool operator==(const FileChanged&, const FileChanged&) = default;
};

struct VerifyStarted {
  std::string command;
  friend bool operator==(const VerifyStarted&, const VerifyStarted&) = default;
};

struct VerifyFinished {
  bool passed = false;
  std::string text;  ///< Trimmed output, as the model sees it.
  double seconds = 0;
  friend bool operator==(const VerifyFinished&, const VerifyFinished&) = default;
};

/// The context as an account. The rows but `size` always add up to `size`.
struct ContextUse {
  Tokens size;       ///< Of the served slot.
  Tokens system;     ///< The system message.
  Tokens tools;      ///< Their names, descriptions and schemas.
  Tokens project;    ///< File list, project instructions, names of skills.
  Tokens retrieved;  ///< What was looked up for the task before the first turn.
  Tokens history;    ///< The user's words, replies and tool results.
  Tokens reserve;    ///< Kept free for the next reply.
  Tokens left;       ///< What may still go in; negative when the next request must drop something.

  /// What the next request will hold.
  [[nodiscard]] Tokens used() const { return system + tools + project + retrieved + history; }
  friend bool operator==(const ContextUse&, const ContextUse&) = default;
};

/// One model reply and its tool calls are complete.
struct TurnFinished {
  Usage usage;         ///< Of this turn's request.
  ContextUse context;  ///< With the reply.
  friend bool operator==(const TurnFinished&, const TurnFinished&) = default;
};

/// The transcript was replaced to make room; the user's own words are in it as they were.
struct Compacted {
  std::string reason;
  Tokens before;
  Tokens after;         ///< Estimated until the next reply.
  Transcript messages;  ///< The whole transcript from here on.
  friend bool operator==(const Compacted&, const Compacted&) = default;
};

/// Something the user should know: a rescue, a degradation, a cap that was hit.
struct Notice {
  std::string text;
  friend bool operator==(const Notice&, const Notice&) = default;
};

struct TaskFinished {
  Outcome outcome = Outcome::failed;
  std::string reason;  ///< One sentence for people.
  Usage usage;         ///< Sum over the task.
  int turns = 0;
  double seconds = 0;
  std::vector<std::string> files;  ///< Changed, relative, sorted.
  int rescued = 0;                 ///< Tool calls found in text, or mended before they ran.
  int compactions = 0;
  ContextUse context;
  friend bool operator==(const TaskFinished&, const TaskFinished&) = default;
};

using Event = std::variant<TaskStarted, MessageAdded, TextDelta, CallDelta, PrefillProgress,
                           ToolStarted, ToolFinished, FileChanged, VerifyStarted, VerifyFinished,
                           TurnFinished, Compacted, Notice, TaskFinished>;

/// One line of JSON without a newline: `{"type":"text_delta","text":"…"}`. Ill-formed UTF-8
/// becomes U+FFFD.
[[nodiscard]] std::string to_json(const Event& event);

/// Reads what to_json wrote. Unknown members are ignored, so that older builds read newer files.
/// Errors: protocol for malformed JSON, an unknown type or a member of the wrong type.
[[nodiscard]] Result<Event> parse_event(std::string_view line);

[[nodiscard]] std::string_view to_string(Outcome outcome);

}  // namespace plim::chat
