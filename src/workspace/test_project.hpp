#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include "sys/directory.hpp"
#include "sys/temp_dir.hpp"

namespace plim::workspace {

/// For tests: an empty project and a state folder beside it, gone at the end.
class TestProject {
 public:
  [[nodiscard]] std::filesystem::path root() const { return temp_.path() / "project"; }
  [[nodiscard]] std::filesystem::path state() const { return temp_.path() / "state"; }
  [[nodiscard]] const sys::Directory& directory() const { return directory_; }

  void write(const std::string& path, std::string_view bytes) const {
    std::filesystem::create_directories((root() / path).parent_path());
    std::ofstream(root() / path, std::ios::binary | std::ios::trunc) << bytes;
  }
  [[nodiscard]] std::string read(const std::string& path) const {
    std::ifstream in(root() / path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  [[nodiscard]] bool has(const std::string& path) const {
    return std::filesystem::exists(std::filesystem::symlink_status(root() / path));
  }

 private:
  sys::TempDir temp_ =
      sys::TempDir::make(std::filesystem::temp_directory_path(), "plim-test").value();
  sys::Directory directory_ = sys::Directory::open_private(temp_.path() / "project").value();
};

}  // namespace plim::workspace
