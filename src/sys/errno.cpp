#include "sys/errno.hpp"

#include <system_error>

namespace plim::sys {

Errc errc_of(int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
    case ESRCH:
      return Errc::not_found;
    case EACCES:
    case EPERM:
    case EROFS:
    case ELOOP:
    case EXDEV:
      return Errc::denied;
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
    case ENOMEM:
    case EMFILE:
    case ENFILE:
      return Errc::capacity;
    case EINVAL:
    case ENAMETOOLONG:
      return Errc::invalid;
    case ETIMEDOUT:
      return Errc::timeout;
    default:
      return Errc::io;
  }
}

std::string errno_text(int error) { return std::generic_category().message(error); }

}  // namespace plim::sys
