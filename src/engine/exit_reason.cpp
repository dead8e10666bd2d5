#include "engine/exit_reason.hpp"

#include <algorithm>
#include <array>
#include <format>
#include <ranges>

#include "base/utf8.hpp"

namespace plim::engine {
namespace {

constexpr std::size_t shown_bytes = 300;

struct Sign {
  std::string_view words;  // in the log
  Errc code;
  std::string_view meaning;
};

// The first that matches any line counts, so causes stand before their consequences.
constexpr std::array signs{
    Sign{"invalid magic", Errc::protocol, "the model file is not GGUF"},
    Sign{"data is not within the file bounds", Errc::protocol,
         "the model file is truncated: download it again"},
    Sign{"failed to open GGUF file", Errc::not_found, "the model file cannot be opened"},
    Sign{"unknown model architecture", Errc::protocol,
         "this llama-server does not know the model's architecture: a newer llama.cpp may"},
    Sign{"invalid argument", Errc::protocol, "this llama-server does not know one of its flags"},
    Sign{"error while handling argument", Errc::protocol, "this llama-server refused a flag"},
    Sign{"invalid device", Errc::not_found, "this llama-server does not see the planned device"},
    Sign{"couldn't bind", Errc::io, "its socket or port is taken"},
    Sign{"out of memory", Errc::capacity, "out of memory"},
    Sign{"OutOfDeviceMemory", Errc::capacity, "out of device memory"},
    Sign{"OutOfHostMemory", Errc::capacity, "out of host memory"},
    Sign{"failed to allocate", Errc::capacity, "out of memory"},
    Sign{"unable to allocate", Errc::capacity, "out of memory"},
    Sign{"cudaMalloc failed", Errc::capacity, "out of device memory"},
    Sign{"bad_alloc", Errc::capacity, "out of memory"},
    Sign{"Cannot allocate memory", Errc::capacity, "out of memory"},
    Sign{"corrupted or incomplete", Errc::protocol, "the model file is damaged"},
    Sign{"invalid GGUF", Errc::protocol, "the model file is damaged"},
    Sign{"error loading model", Errc::protocol, "the model cannot be loaded"},
};

std::string describe(const sys::ExitStatus& status) {
  // bwrap passes its child's signal on as 128 + signal.
  const int signal = status.signal != 0 ? status.signal : std::max(0, status.code - 128);
  switch (signal) {
    case 0:
      return std::format("llama-server exited with code {}", status.code);
    case 4:
      return "llama-server was killed by SIGILL: it was built for another processor";
    case 6:
      return "llama-server aborted";
    case 9:
      return "llama-server was killed (SIGKILL), by somebody or because memory ran out";
    case 11:
      return "llama-server crashed (SIGSEGV)";
    default:
      return std::format("llama-server was ended by signal {}", signal);
  }
}

}  // namespace

bool is_complaint(std::string_view line) {
  constexpr std::array words{" E ",     "error",  "ERROR",         "failed", "terminate called",
                             "what():", "ASSERT", "out of memory", "OutOf",  "bwrap:",
                             "Cannot",  "cannot"};
  return std::ranges::any_of(words, [line](std::string_view word) { return line.contains(word); });
}

bool tells_of_memory(std::string_view text) {
  return std::ranges::any_of(signs, [text](const Sign& sign) {
    return sign.code == Errc::capacity && text.contains(sign.words);
  });
}

std::string_view without_prefix(std::string_view line) {
  // "0.00.203.019 E srv    load_model: text": the level stands alone behind the time.
  const auto level = line.find(' ');
  const bool timed = level != std::string_view::npos && level + 2 < line.size() &&
                     line[level + 2] == ' ' && line.front() >= '0' && line.front() <= '9';
  if (!timed) return line;
  const auto colon = line.find(": ", level);
  return colon == std::string_view::npos ? line.substr(level + 3) : line.substr(colon + 2);
}

Error explain_exit(const sys::ExitStatus& status, std::span<const std::string> complaints) {
  for (const auto& sign : signs) {
    const auto found = std::ranges::find_if(
        complaints, [&](const std::string& line) { return line.contains(sign.words); });
    if (found == complaints.end()) continue;
    const auto words = terminal_safe(utf8_prefix(without_prefix(*found), shown_bytes));
    return {sign.code, std::format("{} (llama-server: \"{}\")", sign.meaning, words)};
  }
  std::string message = describe(status);
  if (!complaints.empty())
    message += std::format(
        ": \"{}\"", terminal_safe(utf8_prefix(without_prefix(complaints.back()), shown_bytes)));
  return {Errc::io, std::move(message)};
}

}  // namespace plim::engine
