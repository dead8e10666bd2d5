#pragma once

#include <cerrno>
#include <format>
#include <string>
#include <utility>

#include "base/error.hpp"

namespace plim::sys {

/// The Errc a caller may act on: ENOENT and ENOTDIR are not_found; EACCES, EPERM, EROFS and
/// ELOOP and EXDEV (a link or path that leaves its root) denied; ENOSPC, EDQUOT, EFBIG, ENOMEM
/// and EMFILE capacity; EINVAL and ENAMETOOLONG invalid; ETIMEDOUT timeout; all else io.
[[nodiscard]] Errc errc_of(int error);

/// The system's words for `error`, e.g. "No such file or directory". Any thread.
[[nodiscard]] std::string errno_text(int error);

/// Makes the failing value for a failed system call: "opening a.txt: No such file or directory".
template <class... Args>
[[nodiscard]] std::unexpected<Error> fail_errno(int error, std::format_string<Args...> step,
                                                Args&&... args) {
  return fail(errc_of(error), "{}: {}", std::format(step, std::forward<Args>(args)...),
              errno_text(error));
}

/// The same for the current errno: `return fail_errno("opening {}", path.string());`.
/// Making the arguments must not clobber errno (formatting and allocating do not).
template <class... Args>
[[nodiscard]] std::unexpected<Error> fail_errno(std::format_string<Args...> step, Args&&... args) {
  return fail_errno(errno, step, std::forward<Args>(args)...);
}

}  // namespace plim::sys
