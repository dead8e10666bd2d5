// base: what every module stands on: Error and Result, Channel, units, UTF-8, the log.
// Does not: make system calls (sys/), know JSON or any domain.
// Threads: values are plain; Channel and log may be used from any thread.
// Start at: error.hpp.
#pragma once

#include <expected>
#include <format>
#include <string>
#include <utility>

namespace plim {

/// Why something failed, as far as a caller may act on it.
enum class Errc {
  invalid,    ///< The caller's input is wrong.
  not_found,  ///< A file, program, model or server is missing.
  denied,     ///< Policy, permission or the user said no.
  timeout,    ///< It took longer than allowed.
  cancelled,  ///< A stop was requested.
  io,         ///< The system failed: disk, pipe, socket.
  conflict,   ///< Somebody else changed or holds it: a file edited meanwhile, a lock.
  protocol,   ///< The other side broke its format.
  capacity,   ///< It does not fit: memory, context, disk, a cap.
  internal,   ///< Ours to mend.
};

/// A failure the caller may handle. `message` reads outside in: step, then cause.
struct Error {
  Errc code = Errc::internal;
  std::string message;

  friend bool operator==(const Error&, const Error&) = default;
};

template <class T>
using Result = std::expected<T, Error>;

/// Makes the failing value of any Result: `return fail(Errc::io, "cannot open {}", path);`.
template <class... Args>
[[nodiscard]] std::unexpected<Error> fail(Errc code, std::format_string<Args...> format,
                                          Args&&... args) {
  return std::unexpected(Error{code, std::format(format, std::forward<Args>(args)...)});
}

/// Names the step an error happened in: `f().transform_error(during("reading version"))`.
[[nodiscard]] inline auto during(std::string step) {
  return [step = std::move(step)](Error error) {
    error.message.insert(0, step + ": ");
    return error;
  };
}

/// The word users and logs see for a code, e.g. "not found".
[[nodiscard]] std::string_view to_string(Errc code);

}  // namespace plim

// Unwraps a Result or returns its error from the enclosing function. Once per statement,
// never nested, never in a header. The project's only macro.
#define TRY(expr)                                                             \
  __extension__({                                                             \
    auto try_result_ = (expr);                                                \
    if (!try_result_) return std::unexpected(std::move(try_result_).error()); \
    std::move(try_result_).value();                                           \
  })
