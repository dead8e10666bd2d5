#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include <gtest/gtest.h>
#include <stdlib.h>

#include "sandbox/sandbox.hpp"

namespace plim::sandbox {

/// A temporary folder with a project in it and a place outside the project.
class TestProject {
 public:
  TestProject() {
    std::string name = "/tmp/plim-sandbox-XXXXXX";
    if (::mkdtemp(name.data()) != nullptr) base_ = std::filesystem::canonical(name);
    std::filesystem::create_directory(root());
    std::filesystem::create_directory(outside());
  }
  TestProject(const TestProject&) = delete;
  TestProject& operator=(const TestProject&) = delete;
  ~TestProject() {
    std::error_code ignored;
    std::filesystem::remove_all(base_, ignored);
  }

  [[nodiscard]] std::filesystem::path root() const { return base_ / "project"; }
  [[nodiscard]] std::filesystem::path outside() const { return base_ / "outside"; }

  void write(const std::filesystem::path& file, std::string_view text) const {
    const auto full = root() / file;
    std::filesystem::create_directories(full.parent_path());
    std::ofstream(full) << text;
  }
  [[nodiscard]] std::string read(const std::filesystem::path& file) const {
    std::ifstream in(root() / file);
    return {std::istreambuf_iterator<char>(in), {}};
  }

 private:
  std::filesystem::path base_;
};

/// Opens a sandbox or fails the test with the reason.
inline Sandbox open_or_die(Policy policy) {
  auto sandbox = Sandbox::open(std::move(policy));
  if (!sandbox) {
    ADD_FAILURE() << sandbox.error().message;
    std::abort();
  }
  return std::move(*sandbox);
}

/// What a command prints, with its exit code when that is not 0; or the error's words.
inline std::string say(const Sandbox& sandbox, std::string_view command,
                       const Limits& limits = {}) {
  const auto result = sandbox.run(command, limits);
  if (!result) return "error: " + result.error().message;
  auto text = result->head + result->tail;
  if (result->exit_code != 0) text += "exit " + std::to_string(result->exit_code) + "\n";
  return text;
}

}  // namespace plim::sandbox
