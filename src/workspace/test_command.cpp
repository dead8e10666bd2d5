#include "workspace/test_command.hpp"

#include <algorithm>
#include <cctype>
#include <format>

#include <nlohmann/json.hpp>

#include "workspace/line_index.hpp"
#include "workspace/walk.hpp"

namespace plim::workspace {
namespace {

using Found = std::optional<TestCommand>;

constexpr std::uint64_t max_project_file = 1U << 20U;

std::optional<std::string> text_of(const sys::Directory& root, const std::string& path) {
  auto content = root.read(path, max_project_file);
  if (!content) return std::nullopt;
  return std::move(content->bytes);
}

bool has(const sys::Directory& root, const std::string& path) {
  return root.stat(path).has_value();
}

// `name` as a word of a command that the shell takes literally.
bool is_plain(std::string_view name) {
  return std::ranges::all_of(name, [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.';
  });
}

Found cmake(const sys::Directory& root) {
  const auto entries = root.entries(".");
  for (const auto& entry : entries.value_or(std::vector<sys::DirectoryEntry>{})) {
    const bool is_build = entry.kind == sys::FileKind::directory && is_plain(entry.name) &&
                          has(root, entry.name + "/CTestTestfile.cmake");
    if (!is_build) continue;
    return TestCommand{
        .command = std::format("cmake --build {0} && ctest --test-dir {0} --output-on-failure",
                               entry.name),
        .why = std::format("{}/ is a CMake build folder with tests", entry.name)};
  }
  const auto lists = text_of(root, "CMakeLists.txt");
  const bool has_tests =
      lists && (lists->contains("enable_testing") || lists->contains("add_test") ||
                lists->contains("include(CTest)"));
  if (!has_tests) return std::nullopt;
  return TestCommand{.command =
                         "cmake -S . -B build && cmake --build build && "
                         "ctest --test-dir build --output-on-failure",
                     .why = "CMakeLists.txt adds tests"};
}

Found make(const sys::Directory& root) {
  for (const auto* const name : {"GNUmakefile", "makefile", "Makefile"}) {
    const auto text = text_of(root, name);
    if (!text) continue;
    for (const auto* const target : {"test", "check"}) {
      const auto defines = [&](const Line& line) {
        return line.text.starts_with(std::format("{}:", target)) &&
               !line.text.starts_with(std::format("{}:=", target));
      };
      if (!std::ranges::any_of(split_lines(*text), defines)) continue;
      return TestCommand{.command = std::format("make {}", target),
                         .why = std::format("{} has a target {}", name, target)};
    }
  }
  return std::nullopt;
}

bool is_python_test(std::string_view path) {
  const auto name = path.substr(path.rfind('/') + 1);
  return name.ends_with(".py") && (name.starts_with("test_") || name.ends_with("_test.py"));
}

Found python(const sys::Directory& root) {
  const auto config = [&](const std::string& path, std::string_view section) {
    const auto text = text_of(root, path);
    return text && text->contains(section);
  };
  const bool configured = has(root, "pytest.ini") || has(root, "conftest.py") ||
                          has(root, "tests/conftest.py") ||
                          config("pyproject.toml", "[tool.pytest") ||
                          config("setup.cfg", "[tool:pytest]") || config("tox.ini", "[pytest]");
  if (configured) return TestCommand{"python3 -m pytest -q", "pytest is configured"};
  std::string test_file;
  bool uses_unittest = false;
  bool uses_pytest = false;
  const WalkLimits few{.max_files = 5000};
  static_cast<void>(walk(root, ".", few, [&](const std::string& path) {
    if (!is_python_test(path)) return true;
    const auto text = text_of(root, path).value_or("");
    uses_pytest = text.contains("import pytest") || text.contains("from pytest");
    uses_unittest = text.contains("unittest");
    if (test_file.empty() || uses_pytest || uses_unittest) test_file = path;
    return !uses_pytest && !uses_unittest;
  }));
  if (test_file.empty()) return std::nullopt;
  if (uses_unittest && !uses_pytest) {
    // Discovery starts in a folder of tests only when that is no package of the root.
    const bool in_tests = test_file.starts_with("tests/") && !has(root, "tests/__init__.py");
    return TestCommand{
        in_tests ? "python3 -m unittest discover -s tests -t ." : "python3 -m unittest",
        test_file + " uses unittest"};
  }
  return TestCommand{"python3 -m pytest -q", test_file + " looks like a pytest file"};
}

Found npm(const sys::Directory& root) {
  const auto text = text_of(root, "package.json");
  if (!text) return std::nullopt;
  const auto json = nlohmann::json::parse(*text, nullptr, false);
  const auto scripts = json.is_object() ? json.find("scripts") : json.end();
  if (scripts == json.end() || !scripts->is_object()) return std::nullopt;
  const auto test = scripts->find("test");
  if (test == scripts->end() || !test->is_string()) return std::nullopt;
  // What `npm init` writes.
  if (test->get<std::string>().contains("no test specified")) return std::nullopt;
  return TestCommand{"npm test --silent", "package.json has a test script"};
}

Found by_file(const sys::Directory& root, const std::string& file, const std::string& command) {
  if (!has(root, file)) return std::nullopt;
  return TestCommand{.command = command, .why = "there is a " + file};
}

Found gradle(const sys::Directory& root) {
  const bool is_gradle = has(root, "build.gradle") || has(root, "build.gradle.kts");
  if (!is_gradle) return std::nullopt;
  const bool wrapper = has(root, "gradlew");
  return TestCommand{wrapper ? "./gradlew --offline -q test" : "gradle --offline -q test",
                     "there is a Gradle build file"};
}

}  // namespace

std::optional<TestCommand> detect_test_command(const sys::Directory& root) {
  // A Makefile with a test target is the author's own word on how to test; it goes first.
  if (auto found = make(root)) return found;
  if (auto found = cmake(root)) return found;
  if (auto found = by_file(root, "Cargo.toml", "cargo test --offline")) return found;
  if (auto found = by_file(root, "go.mod", "go test ./...")) return found;
  if (auto found = npm(root)) return found;
  if (auto found = by_file(root, "pom.xml", "mvn -o -q test")) return found;
  if (auto found = gradle(root)) return found;
  return python(root);
}

}  // namespace plim::workspace
