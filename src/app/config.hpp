// app: configuration, wiring of the parts, the commands of the command line. May see all modules.
// Does not: hold logic that a module could hold.
// Threads: main.
// Start at: main.cpp, run.cpp; wire.cpp builds the parts.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace plim::app {

enum class ValueKind { text, integer, number, boolean };

/// One thing that can be configured. The environment variable of "engine.dir" is PLIM_ENGINE_DIR.
struct Setting {
  std::string_view key;
  ValueKind kind;
  std::string_view standard;  ///< The default, as text; "" means none.
  std::string_view help;
};

/// All of them, in the order `plim config` shows.
[[nodiscard]] std::span<const Setting> settings();

/// Effective values, each with where it came from: defaults < file < environment < flags.
class Config {
 public:
  Config();

  /// Applies a TOML file. A missing file is fine.
  /// Errors: invalid for TOML that is none, an unknown key (naming the nearest known one) or a
  /// value of the wrong type, each with the line.
  [[nodiscard]] Result<void> read_file(const std::filesystem::path& file);
  /// Applies PLIM_* variables. `lookup` returns a variable's value.
  [[nodiscard]] Result<void> read_environment(
      const std::map<std::string, std::string>& environment);
  /// Applies one value. Errors: invalid for an unknown key or a value of the wrong type.
  [[nodiscard]] Result<void> set(std::string_view key, std::string value, std::string origin);

  [[nodiscard]] const std::string& text(std::string_view key) const;
  [[nodiscard]] std::optional<std::int64_t> integer(std::string_view key) const;
  [[nodiscard]] std::optional<double> number(std::string_view key) const;

  /// One line per setting: key = value, where from; `json` for scripts.
  [[nodiscard]] std::string show(bool json) const;

 private:
  struct Value {
    std::string text;
    std::string origin;
  };
  std::map<std::string, Value, std::less<>> values_;
};

}  // namespace plim::app
