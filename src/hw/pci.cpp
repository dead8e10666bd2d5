#include "hw/pci.hpp"

#include <algorithm>
#include <cctype>
#include <format>

#include "base/utf8.hpp"
#include "hw/text_file.hpp"

namespace plim::hw {

std::string normal_pci(std::string_view address) {
  std::string text(address);
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (std::ranges::count(text, ':') == 1) text.insert(0, "0000:");
  const auto domain = text.find(':');
  if (domain != std::string::npos && domain > 4) text.erase(0, domain - 4);
  return text;
}

std::string process_name(const std::filesystem::path& root, std::int64_t pid) {
  const auto name = read_text(root / std::format("proc/{}/comm", pid));
  return terminal_safe(to_utf8(name.value_or("")));  // a process may call itself anything
}

}  // namespace plim::hw
