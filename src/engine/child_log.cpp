#include "engine/child_log.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "engine/exit_reason.hpp"
#include "sys/read_some.hpp"

namespace plim::engine {
namespace {

constexpr std::uint64_t max_file_bytes = 64U << 20U;
constexpr std::size_t max_line_bytes = 16U << 10U;
constexpr std::size_t kept_first = 30;
constexpr std::size_t kept_last = 10;

// "… listening on http://127.0.0.1:43211"
std::optional<std::uint16_t> parse_port(std::string_view line) {
  if (!line.contains("listening on http")) return {};
  const auto colon = line.rfind(':');
  std::uint16_t port = 0;
  const auto parsed = std::from_chars(line.data() + colon + 1, line.data() + line.size(), port);
  if (parsed.ec != std::errc() || port == 0) return {};
  return port;
}

}  // namespace

ChildLog::ChildLog(int output, const std::filesystem::path& file, std::function<void()> on_end)
    : output_(output),
      file_(file, std::ios::binary | std::ios::trunc),
      on_end_(std::move(on_end)),
      reader_([this](std::stop_token stop) { read_all(std::move(stop)); }) {}

LoadReport ChildLog::load_report() const {
  const std::scoped_lock lock(mutex_);
  return report_;
}

std::vector<std::string> ChildLog::complaints() const {
  const std::scoped_lock lock(mutex_);
  return complaints_;
}

bool ChildLog::ended() const {
  const std::scoped_lock lock(mutex_);
  return ended_;
}

std::optional<std::uint16_t> ChildLog::port() const {
  const std::scoped_lock lock(mutex_);
  return port_;
}

std::uint64_t ChildLog::lines() const {
  const std::scoped_lock lock(mutex_);
  return lines_;
}

void ChildLog::wait_for_end(std::chrono::milliseconds limit, std::stop_token stop) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, stop, limit, [this] { return ended_; });
}

void ChildLog::read_all(std::stop_token stop) {
  std::array<char, 16U << 10U> buffer{};
  for (;;) {
    const auto got = sys::read_some(output_, buffer, stop);
    if (!got || *got == 0) break;
    take({buffer.data(), *got});
  }
  if (!partial_.empty()) take_line(std::exchange(partial_, {}));
  file_.flush();
  {
    const std::scoped_lock lock(mutex_);
    ended_ = true;
    changed_.notify_all();
  }
  on_end_();
}

void ChildLog::take(std::string_view bytes) {
  if (written_ < max_file_bytes) {
    file_.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    file_.flush();
    written_ += bytes.size();
  }
  for (auto end = bytes.find('\n'); end != std::string_view::npos; end = bytes.find('\n')) {
    partial_ += bytes.substr(0, end);
    take_line(std::exchange(partial_, {}));
    bytes.remove_prefix(end + 1);
  }
  partial_ += bytes.substr(0, max_line_bytes - std::min(max_line_bytes, partial_.size()));
}

void ChildLog::take_line(std::string line) {
  const std::scoped_lock lock(mutex_);
  ++lines_;
  scan_log_line(line, report_);
  if (auto port = parse_port(line)) port_ = port;
  if (is_complaint(line)) {
    if (complaints_.size() == kept_first + kept_last)
      complaints_.erase(complaints_.begin() + kept_first);
    complaints_.push_back(std::move(line));
  }
}

}  // namespace plim::engine
