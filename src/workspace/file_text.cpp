#include "workspace/file_text.hpp"

#include <algorithm>

#include "base/utf8.hpp"

namespace plim::workspace {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

LineEnding dominant_ending(std::string_view bytes) {
  std::size_t lf = 0;
  std::size_t crlf = 0;
  std::size_t cr = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (bytes[i] == '\n') ++lf;
    if (bytes[i] != '\r') continue;
    const bool pair = i + 1 < bytes.size() && bytes[i + 1] == '\n';
    pair ? ++crlf : ++cr;
    if (pair) ++i;
  }
  // A stray \r is data (a progress bar in a log); only a file of nothing else is old Mac's.
  if (lf == 0 && crlf == 0) return cr == 0 ? LineEnding::lf : LineEnding::cr;
  return crlf > lf ? LineEnding::crlf : LineEnding::lf;
}

std::string_view spelling(LineEnding ending) {
  switch (ending) {
    case LineEnding::lf:
      return "\n";
    case LineEnding::crlf:
      return "\r\n";
    case LineEnding::cr:
      return "\r";
  }
  return "\n";
}

}  // namespace

TextTraits traits_of(std::string_view bytes) {
  return {.binary = bytes.find('\0') != std::string_view::npos,
          .utf8 = is_utf8(bytes),
          .bom = bytes.starts_with(byte_order_mark),
          .ending = dominant_ending(bytes),
          .final_newline = bytes.ends_with('\n') || bytes.ends_with('\r')};
}

std::string FileText::text() const {
  std::string_view body = bytes;
  if (traits.bom) body.remove_prefix(byte_order_mark.size());
  return to_utf8(traits.ending == LineEnding::lf && !body.contains('\r')
                     ? std::string(body)
                     : with_line_endings(body, LineEnding::lf));
}

std::string with_line_endings(std::string_view text, LineEnding ending) {
  const bool old_mac = dominant_ending(text) == LineEnding::cr;
  const std::string_view written = spelling(ending);
  std::string out;
  out.reserve(text.size() + text.size() / 16);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool pair = text.substr(i).starts_with("\r\n");
    if (pair || text[i] == '\n' || (old_mac && text[i] == '\r')) {
      out += written;
      if (pair) ++i;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::string_view without_final_newline(std::string_view text) {
  if (text.ends_with("\r\n")) return text.substr(0, text.size() - 2);
  if (text.ends_with('\n') || text.ends_with('\r')) return text.substr(0, text.size() - 1);
  return text;
}

std::string in_the_style_of(std::string_view old_bytes, std::string_view text) {
  if (old_bytes.empty()) return std::string(text);
  const TextTraits traits = traits_of(old_bytes);
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  std::string out = traits.bom ? std::string(byte_order_mark) : std::string();
  if (text.empty()) return out;
  out += with_line_endings(without_final_newline(text), traits.ending);
  if (traits.final_newline) out += spelling(traits.ending);
  return out;
}

}  // namespace plim::workspace
