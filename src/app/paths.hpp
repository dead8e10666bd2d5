#pragma once

#include <filesystem>
#include <map>
#include <string>

namespace plim::app {

using Environment = std::map<std::string, std::string>;

/// Where our files are, by the XDG base directory specification.
struct Paths {
  std::filesystem::path home;         ///< The user's; may be empty.
  std::filesystem::path config_file;  ///< $XDG_CONFIG_HOME/plimsoll/config.toml
  std::filesystem::path state;        ///< $XDG_STATE_HOME/plimsoll: sessions, checkpoints, logs
  std::filesystem::path cache;        ///< $XDG_CACHE_HOME/plimsoll: what can be made again
  std::filesystem::path runtime;      ///< $XDG_RUNTIME_DIR/plimsoll, else under state
  std::filesystem::path demo_model;   ///< The model that ships with us; empty when not installed.
  std::string program_path;           ///< $PATH, to find llama-server in
};

[[nodiscard]] Paths find_paths(const Environment& environment);

/// This process's environment; called once, by main's side of the program only.
[[nodiscard]] Environment read_environment();

}  // namespace plim::app
