#include "base/error.hpp"

#include <string_view>

namespace plim {

std::string_view to_string(Errc code) {
  switch (code) {
    case Errc::invalid:
      return "invalid";
    case Errc::not_found:
      return "not found";
    case Errc::denied:
      return "denied";
    case Errc::timeout:
      return "timed out";
    case Errc::cancelled:
      return "cancelled";
    case Errc::io:
      return "I/O error";
    case Errc::conflict:
      return "conflict";
    case Errc::protocol:
      return "protocol error";
    case Errc::capacity:
      return "over capacity";
    case Errc::internal:
      return "internal error";
  }
  return "internal error";
}

}  // namespace plim
