#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <thread>

// Writes lines to a file on a thread of its own, so that log() never waits for a disk.
class Logger {
 public:
  explicit Logger(std::string path);
  ~Logger();

  void log(std::string line);

  // Waits until everything logged so far is written. Returns what went wrong last, or an empty text.
  std::string flush();

 private:
  void work();
  void write(const std::string& line);

  const std::string path_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::string> queue_;
  std::string last_error_;
  bool writing_ = false;
  bool stop_ = false;
  std::thread worker_;
};
