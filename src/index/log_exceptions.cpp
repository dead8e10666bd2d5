// Exceptions, panics, crashes and reports of sanitizers: the lines that say what happened.
#include <algorithm>
#include <array>
#include <span>

#include "index/log_line.hpp"

namespace plim::index::logs {
namespace {

Line exception(std::string_view code, std::string_view message) {
  return {.kind = LineKind::exception, .code = code, .message = message};
}

bool starts_with_any(std::string_view text, std::span<const std::string_view> prefixes) {
  return std::ranges::any_of(prefixes, [&](auto prefix) { return text.starts_with(prefix); });
}

// Whether a dotted name ends as exceptions' names do.
bool names_exception(std::string_view name) {
  constexpr auto endings = std::to_array<std::string_view>(
      {"Error", "Exception", "ExceptionGroup", "Failure", "Failed", "Fault", "Interrupt",
       "Throwable", "Exit", "Abort", "Timeout", "Panic", "Violation"});
  return name.size() > 3 &&
         std::ranges::any_of(endings, [&](auto ending) { return name.ends_with(ending); });
}

// A dotted name that may be an exception's: "java.lang.Error", "Errno::ENOENT", "shop.Bad$Worse".
std::string_view leading_type(std::string_view text) {
  std::size_t end = 0;
  const auto is_part = [&](std::size_t i) {
    const bool scope = text[i] == ':' && i > 0 &&
                       (text[i - 1] == ':' || (i + 1 < text.size() && text[i + 1] == ':'));
    return is_word(text[i]) || text[i] == '.' || text[i] == '$' || text[i] == '\\' || scope;
  };
  while (end < text.size() && is_part(end)) ++end;
  return is_alpha(text.empty() ? ' ' : text.front()) ? text.substr(0, end) : std::string_view{};
}

// "KeyError: 'x'", "java.lang.IllegalStateException", "AssertionError [ERR_ASSERTION]: …"
std::optional<Line> typed(std::string_view body) {
  eat(body, "Uncaught ");
  auto type = leading_type(body);
  while (type.ends_with(':')) type.remove_suffix(1);
  if (!names_exception(type)) return std::nullopt;
  auto rest = body.substr(type.size());
  if (rest.starts_with(" [") || rest.starts_with(" (")) {
    const auto close = rest.find_first_of("])");
    rest = close == std::string_view::npos ? rest : rest.substr(close + 1);
  }
  if (!rest.empty() && rest.front() != ':') return std::nullopt;
  if (eat(rest, ":") && !rest.empty() && rest.front() != ' ') return std::nullopt;
  return exception(type, trim(rest));
}

std::optional<Line> jvm(std::string_view body) {
  if (eat(body, "Caused by: ") || eat(body, "Suppressed: ") || eat(body, "[cause]: ")) {
    Line line = exception(leading_type(body), body);
    line.kind = LineKind::cause;
    return line;
  }
  if (eat(body, "Exception in thread \"")) {
    if (!eat_until(body, "\" ")) return std::nullopt;
    const auto type = leading_type(body);
    auto rest = body.substr(std::min(type.size() + 1, body.size()));
    return exception(type.substr(0, type.find_last_not_of(':') + 1), trim(rest));
  }
  return std::nullopt;
}

// thread 'main' panicked at src/main.rs:2:5:
std::optional<Line> rust(std::string_view body) {
  if (!body.starts_with("thread '")) return std::nullopt;
  const auto at = body.find(" panicked at ");
  if (at == std::string_view::npos) return std::nullopt;
  const auto rest = body.substr(at + 13);
  Line line = exception("panic", {});
  if (const auto place = leading_place(rest)) {
    line.at = place->at;
  } else if (const auto last = last_place(rest)) {  // before Rust 1.73: 'message', file:l:c
    line.at = *last;
    line.message = first_quoted(rest);
  }
  return line;
}

std::optional<Line> sanitizer(std::string_view body) {
  if (!body.starts_with("==") && !body.starts_with("WARNING: ThreadSanitizer") &&
      !body.starts_with("WARNING: MemorySanitizer")) {
    return std::nullopt;
  }
  eat(body, "==");
  eat_number(body);
  eat(body, "==");
  body = trim_left(body);
  if (const auto at = body.find("Sanitizer: "); at != std::string_view::npos) {
    const auto message = body.substr(at + 11);
    return exception(message.substr(0, message.find(' ')), message);
  }
  constexpr auto valgrind = std::to_array<std::string_view>(
      {"Invalid ", "Conditional jump", "Use of uninit", "Mismatched ", "Source and dest",
       "Syscall param", "Process terminating", "Possible data race", "Jump to the invalid",
       "Argument ", "Stack overflow"});
  if (starts_with_any(body, valgrind) || body.contains("definitely lost in") ||
      body.contains("indirectly lost in") || body.contains("possibly lost in")) {
    return exception("valgrind", body);
  }
  return std::nullopt;
}

// In process death the shell's or the runtime's own words are all there is.
std::optional<Line> death(std::string_view body) {
  constexpr auto starts = std::to_array<std::string_view>({"panic: ",
                                                           "fatal error: ",
                                                           "terminate called",
                                                           "Segmentation fault",
                                                           "Aborted",
                                                           "Bus error",
                                                           "Illegal instruction",
                                                           "Floating point exception",
                                                           "Trace/breakpoint trap",
                                                           "Program received signal ",
                                                           "Program terminated with signal ",
                                                           "Fatal Python error: ",
                                                           "pure virtual method called",
                                                           "*** stack smashing detected",
                                                           "double free or corruption",
                                                           "free(): ",
                                                           "malloc(): ",
                                                           "munmap_chunk(): ",
                                                           "fatal runtime error: ",
                                                           "Unhandled exception",
                                                           "Uncaught exception",
                                                           "FATAL EXCEPTION",
                                                           "signal: ",
                                                           "Stack overflow",
                                                           "[signal SIG",
                                                           "Killed"});
  if (starts_with_any(body, starts))
    return exception(body.substr(0, body.find_first_of(": ")), body);
  if (body.starts_with("Thread ") && body.contains(" received signal ")) {
    return exception("signal", body);
  }
  if (body.contains("Assertion `") || body.contains("Assertion failed: ")) {
    Line line = exception("assert", body);
    // The program's name may stand before the place: "app: src/a.c:3: f: Assertion…".
    const auto colon = body.find(": ");
    auto place = leading_place(body);
    if (!place && colon != std::string_view::npos) place = leading_place(body.substr(colon + 2));
    if (place) line.at = place->at;
    return line;
  }
  return std::nullopt;
}

// PHP Fatal error:  Uncaught Error: … in /p/a.php:3
std::optional<Line> php(std::string_view body) {
  eat(body, "PHP ");
  for (const std::string_view title : {"Fatal error: ", "Parse error: ", "Warning: ", "Notice: ",
                                       "Deprecated: ", "Catchable fatal error: "}) {
    if (!body.starts_with(title) || !body.contains(" in ")) continue;
    const auto place = last_place(body);
    if (!place) return std::nullopt;
    Line line = exception("php", trim(body.substr(title.size())));
    line.at = *place;
    if (!title.contains("error")) {
      line.kind = LineKind::diagnostic;
      line.severity = Severity::warning;
    }
    return line;
  }
  return std::nullopt;
}

// a.rb:3:in `f': undefined method (NoMethodError) · lua5.4: a.lua:3: attempt to index …
std::optional<Line> scripted(std::string_view body) {
  const std::string_view interpreter = body.substr(0, body.find(": "));
  if (interpreter.starts_with("lua") && interpreter.size() < body.size() &&
      interpreter.size() < 10) {
    const auto place = leading_place(body.substr(interpreter.size() + 2));
    if (!place) return std::nullopt;
    Line line = exception("lua", trim(place->rest));
    line.at = place->at;
    return line;
  }
  const auto place = leading_place(body);
  if (!place || !place->rest.starts_with("in ")) return std::nullopt;
  const auto message = place->rest.find(": ");
  if (message == std::string_view::npos) return std::nullopt;
  Line line = exception("ruby", place->rest.substr(message + 2));
  line.at = place->at;
  line.name = first_quoted(place->rest.substr(0, message));
  return line;
}

}  // namespace

std::optional<Line> match_exception(const RawLine& raw) {
  auto body = raw.body;
  while (eat(body, "| ") || eat(body, "+ ")) body = trim_left(body);  // Python's exception groups
  if (body.starts_with("Traceback (most recent call last)") ||
      body.starts_with("Exception Group Traceback")) {
    return Line{.kind = LineKind::trace};
  }
  if (auto found = jvm(body)) return found;
  if (auto found = rust(body)) return found;
  if (auto found = sanitizer(body)) return found;
  if (auto found = php(body)) return found;
  if (auto found = death(body)) return found;
  if (auto found = typed(body)) return found;
  return scripted(body);
}

}  // namespace plim::index::logs
