#include "logger.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

Logger::Logger(std::string path) : path_(std::move(path)), worker_([this] { work(); }) {}

Logger::~Logger() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  worker_.join();
}

void Logger::log(std::string line) {
  {
    const std::lock_guard lock(mutex_);
    queue_.push_back(std::move(line));
  }
  changed_.notify_all();
}

std::string Logger::flush() {
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return queue_.empty() && !writing_; });
  }
  return std::exchange(last_error_, {});
}

void Logger::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stop_ || !queue_.empty(); });
    if (queue_.empty()) return;
    const std::string line = std::move(queue_.front());
    queue_.pop_front();
    writing_ = true;
    lock.unlock();
    write(line);
    lock.lock();
    writing_ = false;
    changed_.notify_all();
  }
}

void Logger::write(const std::string& line) {
  std::FILE* const file = std::fopen(path_.c_str(), "a");
  if (file == nullptr) {
    last_error_ = std::strerror(errno);
    return;
  }
  if (std::fprintf(file, "%s\n", line.c_str()) < 0) last_error_ = std::strerror(errno);
  std::fclose(file);
}
