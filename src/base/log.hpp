#pragma once

#include <cstdio>
#include <format>
#include <string_view>
#include <utility>

namespace plim::log {

/// Where log lines go from now on; null (the start state) drops them. The caller keeps `file`
/// open for as long as anything may log. Never stdout: front ends own it.
void to(std::FILE* file);

/// Writes "2026-11-22T13:38:44Z info engine: text". Any thread; one line is never split.
void write(std::string_view level, std::string_view module, std::string_view text);

template <class... Args>
void info(std::string_view module, std::format_string<Args...> format, Args&&... args) {
  write("info", module, std::format(format, std::forward<Args>(args)...));
}

template <class... Args>
void warn(std::string_view module, std::format_string<Args...> format, Args&&... args) {
  write("warn", module, std::format(format, std::forward<Args>(args)...));
}

}  // namespace plim::log
