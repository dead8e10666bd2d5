#include <array>
#include <limits>
#include <optional>

#include <nlohmann/json.hpp>

#include "chat/event.hpp"

namespace plim::chat {
namespace {

using Json = nlohmann::ordered_json;  // a file that people read keeps the order written here

constexpr std::array roles{Role::system, Role::user, Role::assistant, Role::tool};
constexpr std::array outcomes{Outcome::verified, Outcome::answered, Outcome::unverified,
                              Outcome::failed,   Outcome::refused,  Outcome::engine,
                              Outcome::cancelled};

// Writing: one function a type; Event's come with the wire name first.

Json write(const ToolCall& call) {
  return {{"id", call.id}, {"name", call.name}, {"arguments", call.arguments}};
}

Json write(const Message& message) {
  Json json = {{"role", to_string(message.role)}, {"content", message.content}};
  if (!message.reasoning.empty()) json["reasoning"] = message.reasoning;
  if (!message.tool_calls.empty()) {
    Json& calls = json["tool_calls"] = Json::array();
    for (const ToolCall& call : message.tool_calls) calls.push_back(write(call));
  }
  if (!message.tool_call_id.empty()) json["tool_call_id"] = message.tool_call_id;
  return json;
}

Json write(const Usage& usage) {
  Json json = {{"prompt", usage.prompt.value},
               {"cached", usage.cached.value},
               {"completion", usage.completion.value},
               {"prefill_ms", usage.prefill_ms},
               {"decode_ms", usage.decode_ms}};
  if (usage.drafted.value > 0) {
    json["drafted"] = usage.drafted.value;
    json["accepted"] = usage.accepted.value;
  }
  return json;
}

Json write(const ContextUse& use) {
  return {{"size", use.size.value},           {"system", use.system.value},
          {"tools", use.tools.value},         {"project", use.project.value},
          {"retrieved", use.retrieved.value}, {"history", use.history.value},
          {"reserve", use.reserve.value},     {"left", use.left.value}};
}

Json write(const TaskStarted& event) {
  return {{"type", "task_started"},
          {"session", event.session},
          {"task", event.task},
          {"model", event.model},
          {"context", event.context.value}};
}

Json write(const MessageAdded& event) {
  return {{"type", "message"}, {"message", write(event.message)}};
}

Json write(const TextDelta& event) {
  return {{"type", "text_delta"}, {"text", event.text}, {"reasoning", event.reasoning}};
}

Json write(const CallDelta& event) {
  return {{"type", "call_delta"}, {"name", event.name}, {"arguments", event.arguments}};
}

Json write(const PrefillProgress& event) {
  return {{"type", "prefill"}, {"processed", event.processed.value}, {"total", event.total.value}};
}

Json write(const ToolStarted& event) {
  return {{"type", "tool_started"}, {"call", write(event.call)}};
}

Json write(const ToolFinished& event) {
  return {{"type", "tool_finished"},
          {"call_id", event.result.call_id},
          {"text", event.result.text},
          {"is_error", event.result.is_error},
          {"seconds", event.seconds}};
}

Json write(const FileChanged& event) {
  return {{"type", "file_changed"},
          {"path", event.path},
          {"diff", event.diff},
          {"added", event.added},
          {"removed", event.removed}};
}

Json write(const VerifyStarted& event) {
  return {{"type", "verify_started"}, {"command", event.command}};
}

Json write(const VerifyFinished& event) {
  return {{"type", "verify_finished"},
          {"passed", event.passed},
          {"text", event.text},
          {"seconds", event.seconds}};
}

Json write(const TurnFinished& event) {
  return {
      {"type", "turn_finished"}, {"usage", write(event.usage)}, {"context", write(event.context)}};
}

Json write(const Compacted& event) {
  Json messages = Json::array();
  for (const Message& message : event.messages) messages.push_back(write(message));
  return {{"type", "compacted"},
          {"reason", event.reason},
          {"before", event.before.value},
          {"after", event.after.value},
          {"messages", std::move(messages)}};
}

Json write(const Notice& event) { return {{"type", "notice"}, {"text", event.text}}; }

Json write(const TaskFinished& event) {
  return {{"type", "task_finished"},
          {"outcome", to_string(event.outcome)},
          {"reason", event.reason},
          {"usage", write(event.usage)},
          {"turns", event.turns},
          {"seconds", event.seconds},
          {"files", event.files},
          {"rescued", event.rescued},
          {"compactions", event.compactions},
          {"context", write(event.context)}};
}

// Reads the members of one object. A member of the wrong type makes the whole reading fail,
// once: `wrong` keeps the first one's name. A missing or null member has its default.
class Members {
 public:
  Members(const Json& object, std::string& wrong) : object_(object), wrong_(wrong) {
    if (!object.is_object()) reject("object");
  }

  std::string text(const char* name) {
    const Json* const member = find(name);
    if (member == nullptr) return {};
    if (!member->is_string()) return reject(name), std::string{};
    return member->get<std::string>();
  }

  bool flag(const char* name) {
    const Json* const member = find(name);
    if (member == nullptr) return false;
    if (!member->is_boolean()) return reject(name), false;
    return member->get<bool>();
  }

  double number(const char* name) {
    const Json* const member = find(name);
    if (member == nullptr) return 0;
    if (!member->is_number()) return reject(name), 0.0;
    return member->get<double>();
  }

  template <class Int>
  Int integer(const char* name) {
    const Json* const member = find(name);
    if (member == nullptr) return 0;
    const bool fits = member->is_number_integer() && !is_above_int64(*member) &&
                      std::in_range<Int>(member->get<std::int64_t>());
    if (!fits) return reject(name), Int{0};
    return member->get<Int>();
  }

  Tokens tokens(const char* name) { return {integer<std::int64_t>(name)}; }

  /// The elements of an array, or nothing.
  std::vector<Json> list(const char* name) {
    const Json* const member = find(name);
    if (member == nullptr) return {};
    if (!member->is_array()) return reject(name), std::vector<Json>{};
    return {member->begin(), member->end()};
  }

  /// The member of an object; an empty one when missing.
  Json object(const char* name) {
    const Json* const member = find(name);
    return member == nullptr ? Json::object() : *member;
  }

  /// The one of `values` whose to_string is the member's text; the first when missing.
  template <class Values>
  auto one_of(const Values& values, const char* name) {
    const std::string word = text(name);
    for (const auto value : values) {
      if (word == to_string(value)) return value;
    }
    if (find(name) != nullptr) reject(name);
    return values.front();
  }

  std::string& wrong() { return wrong_; }

  void reject(std::string_view name) {
    if (wrong_.empty()) wrong_ = name;
  }

 private:
  static bool is_above_int64(const Json& number) {
    return number.is_number_unsigned() &&
           number.get<std::uint64_t>() > std::numeric_limits<std::int64_t>::max();
  }

  const Json* find(const char* name) const {
    if (!object_.is_object()) return nullptr;
    const auto member = object_.find(name);
    return member == object_.end() || member->is_null() ? nullptr : &*member;
  }

  const Json& object_;
  std::string& wrong_;
};

ToolCall read_call(const Json& json, std::string& wrong) {
  Members in(json, wrong);
  return {.id = in.text("id"), .name = in.text("name"), .arguments = in.text("arguments")};
}

Message read_message(const Json& json, std::string& wrong) {
  Members in(json, wrong);
  Message message{.role = in.one_of(roles, "role"),
                  .content = in.text("content"),
                  .reasoning = in.text("reasoning"),
                  .tool_calls = {},
                  .tool_call_id = in.text("tool_call_id")};
  for (const Json& call : in.list("tool_calls")) {
    message.tool_calls.push_back(read_call(call, wrong));
  }
  return message;
}

Usage read_usage(const Json& json, std::string& wrong) {
  Members in(json, wrong);
  return {.prompt = in.tokens("prompt"),
          .cached = in.tokens("cached"),
          .completion = in.tokens("completion"),
          .prefill_ms = in.number("prefill_ms"),
          .decode_ms = in.number("decode_ms"),
          .drafted = in.tokens("drafted"),
          .accepted = in.tokens("accepted")};
}

ContextUse read_context(const Json& json, std::string& wrong) {
  Members in(json, wrong);
  return {.size = in.tokens("size"),
          .system = in.tokens("system"),
          .tools = in.tokens("tools"),
          .project = in.tokens("project"),
          .retrieved = in.tokens("retrieved"),
          .history = in.tokens("history"),
          .reserve = in.tokens("reserve"),
          .left = in.tokens("left")};
}

Compacted read_compacted(Members& in) {
  Compacted event{.reason = in.text("reason"),
                  .before = in.tokens("before"),
                  .after = in.tokens("after"),
                  .messages = {}};
  for (const Json& message : in.list("messages")) {
    event.messages.push_back(read_message(message, in.wrong()));
  }
  return event;
}

TaskFinished read_task_finished(Members& in) {
  TaskFinished event{.outcome = in.one_of(outcomes, "outcome"),
                     .reason = in.text("reason"),
                     .usage = read_usage(in.object("usage"), in.wrong()),
                     .turns = in.integer<int>("turns"),
                     .seconds = in.number("seconds"),
                     .files = {},
                     .rescued = in.integer<int>("rescued"),
                     .compactions = in.integer<int>("compactions"),
                     .context = read_context(in.object("context"), in.wrong())};
  for (const Json& file : in.list("files")) {
    if (!file.is_string()) return in.reject("files"), event;
    event.files.push_back(file.get<std::string>());
  }
  return event;
}

ToolFinished read_tool_finished(Members& in) {
  return {.result = {.call_id = in.text("call_id"),
                     .text = in.text("text"),
                     .is_error = in.flag("is_error")},
          .seconds = in.number("seconds")};
}

FileChanged read_file_changed(Members& in) {
  return {.path = in.text("path"),
          .diff = in.text("diff"),
          .added = in.integer<int>("added"),
          .removed = in.integer<int>("removed")};
}

std::optional<Event> read_event(std::string_view type, Members& in) {
  if (type == "task_started") {
    return TaskStarted{.session = in.text("session"),
                       .task = in.text("task"),
                       .model = in.text("model"),
                       .context = in.tokens("context")};
  }
  if (type == "message") return MessageAdded{read_message(in.object("message"), in.wrong())};
  if (type == "text_delta") return TextDelta{in.text("text"), in.flag("reasoning")};
  if (type == "call_delta") return CallDelta{in.text("name"), in.text("arguments")};
  if (type == "prefill") return PrefillProgress{in.tokens("processed"), in.tokens("total")};
  if (type == "tool_started") return ToolStarted{read_call(in.object("call"), in.wrong())};
  if (type == "tool_finished") return read_tool_finished(in);
  if (type == "file_changed") return read_file_changed(in);
  if (type == "verify_started") return VerifyStarted{in.text("command")};
  if (type == "verify_finished") {
    return VerifyFinished{in.flag("passed"), in.text("text"), in.number("seconds")};
  }
  if (type == "turn_finished") {
    return TurnFinished{read_usage(in.object("usage"), in.wrong()),
                        read_context(in.object("context"), in.wrong())};
  }
  if (type == "compacted") return read_compacted(in);
  if (type == "notice") return Notice{in.text("text")};
  if (type == "task_finished") return read_task_finished(in);
  return std::nullopt;
}

}  // namespace

std::string to_json(const Event& event) {
  const Json json = std::visit([](const auto& what) { return write(what); }, event);
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<Event> parse_event(std::string_view line) {
  const Json json = Json::parse(line, nullptr, false);
  if (!json.is_object()) return fail(Errc::protocol, "an event is not a JSON object");
  std::string wrong;
  Members in(json, wrong);
  const std::string type = in.text("type");
  auto event = read_event(type, in);
  if (!event) return fail(Errc::protocol, "unknown event type \"{}\"", type);
  if (!wrong.empty()) {
    return fail(Errc::protocol, "event {}: \"{}\" has the wrong type", type, wrong);
  }
  return *std::move(event);
}

std::string_view to_string(Outcome outcome) {
  switch (outcome) {
    case Outcome::verified:
      return "verified";
    case Outcome::answered:
      return "answered";
    case Outcome::unverified:
      return "unverified";
    case Outcome::failed:
      return "failed";
    case Outcome::refused:
      return "refused";
    case Outcome::engine:
      return "engine";
    case Outcome::cancelled:
      return "cancelled";
  }
  return "failed";
}

}  // namespace plim::chat
