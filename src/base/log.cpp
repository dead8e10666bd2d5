#include "base/log.hpp"

#include <atomic>
#include <chrono>
#include <string>

namespace plim::log {
namespace {

std::atomic<std::FILE*>& sink() {
  static std::atomic<std::FILE*> file = nullptr;
  return file;
}

}  // namespace

void to(std::FILE* file) { sink() = file; }

void write(std::string_view level, std::string_view module, std::string_view text) {
  std::FILE* const file = sink();
  if (file == nullptr) return;
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const std::string line = std::format("{:%FT%TZ} {} {}: {}\n", now, level, module, text);
  // One fwrite: stdio locks the stream for it, so lines of two threads do not mix.
  std::fwrite(line.data(), 1, line.size(), file);
  std::fflush(file);
}

}  // namespace plim::log
