// For tests: a folder of its own with files, and a git repository if asked for.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "sys/process.hpp"
#include "sys/temp_dir.hpp"

namespace plim::index {

class TestRepository {
 public:
  [[nodiscard]] std::filesystem::path root() const { return place_.path(); }

  void write(const std::string& path, std::string_view text) const {
    std::filesystem::create_directories((root() / path).parent_path());
    std::ofstream(root() / path, std::ios::binary) << text;
  }

  void git(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(),
                     {"/usr/bin/git", "-c", "user.name=n", "-c", "user.email=e"});
    const auto done = sys::run({.argv = arguments, .env = {"HOME=/nowhere"}, .cwd = root()}, {});
    ASSERT_TRUE(done && done->status.code == 0) << (done ? done->head : done.error().message);
  }

  void commit(const std::string& message) const {
    git({"add", "-A"});
    git({"commit", "-qm", message});
  }

 private:
  sys::TempDir place_ = *sys::TempDir::make(std::filesystem::temp_directory_path(), "repository");
};

}  // namespace plim::index
