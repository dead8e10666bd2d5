#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "engine/load_report.hpp"

namespace plim::engine {

/// Reads what a llama-server prints, as long as it prints: into a file, and for what it means.
///
/// Has a thread of its own, so that the child never blocks on a full pipe. Any thread may ask.
class ChildLog {
 public:
  /// `output` must outlive this. `on_end` is called once, from the reading thread, when the last
  /// writer has gone: the child is dead or about to be.
  ChildLog(int output, const std::filesystem::path& file, std::function<void()> on_end);

  [[nodiscard]] LoadReport load_report() const;
  /// Lines that tell of an error: the first 30 and the last 10.
  [[nodiscard]] std::vector<std::string> complaints() const;
  [[nodiscard]] bool ended() const;
  /// The TCP port it said it listens on.
  [[nodiscard]] std::optional<std::uint16_t> port() const;
  /// Lines so far: a start that makes progress makes lines.
  [[nodiscard]] std::uint64_t lines() const;

  /// Waits for the end, at most `limit`.
  void wait_for_end(std::chrono::milliseconds limit, std::stop_token stop);

 private:
  void read_all(std::stop_token stop);
  void take(std::string_view bytes);
  void take_line(std::string line);

  int output_;
  std::ofstream file_;  // reading thread only, as the next two
  std::uint64_t written_ = 0;
  std::string partial_;
  std::function<void()> on_end_;

  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  LoadReport report_;
  std::vector<std::string> complaints_;
  std::optional<std::uint16_t> port_;
  std::uint64_t lines_ = 0;
  bool ended_ = false;

  std::jthread reader_;  // last: joins first
};

}  // namespace plim::engine
