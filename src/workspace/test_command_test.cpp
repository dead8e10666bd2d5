#include "workspace/test_command.hpp"

#include <gtest/gtest.h>

#include "workspace/test_project.hpp"

namespace plim::workspace {
namespace {

class TestCommandTest : public testing::Test {
 protected:
  std::string command() const {
    const auto found = detect_test_command(project_.directory());
    return found ? found->command : "";
  }
  TestProject project_;
};

TEST_F(TestCommandTest, IsUnknownForAnEmptyProject) { EXPECT_EQ(command(), ""); }

TEST_F(TestCommandTest, TakesAMakefilesTestOrCheckTarget) {
  project_.write("Makefile", "test:=no\ntested: x\n\techo\nall:\n");
  EXPECT_EQ(command(), "");
  project_.write("Makefile", "all:\n\techo\ncheck: all\n\t./run\n");
  EXPECT_EQ(command(), "make check");
  project_.write("Makefile", "test: all\n\t./run\n");
  EXPECT_EQ(detect_test_command(project_.directory()),
            (TestCommand{"make test", "Makefile has a target test"}));
}

TEST_F(TestCommandTest, PrefersACMakeBuildFolderThatExists) {
  project_.write("CMakeLists.txt", "project(x)\n");
  EXPECT_EQ(command(), "");
  project_.write("CMakeLists.txt", "project(x)\nenable_testing()\n");
  EXPECT_EQ(command(),
            "cmake -S . -B build && cmake --build build && ctest --test-dir build "
            "--output-on-failure");
  project_.write("build-debug/CTestTestfile.cmake", "");
  EXPECT_EQ(command(),
            "cmake --build build-debug && ctest --test-dir build-debug --output-on-failure");
}

TEST_F(TestCommandTest, NeverPutsAHostileFolderNameIntoACommand) {
  project_.write("$(touch x)/CTestTestfile.cmake", "");
  EXPECT_EQ(command(), "");
}

TEST_F(TestCommandTest, TellsPytestFromUnittest) {
  project_.write("test_a.py", "def test_a():\n    assert True\n");
  EXPECT_EQ(command(), "python3 -m pytest -q");
  project_.write("test_a.py", "import unittest\n");
  EXPECT_EQ(command(), "python3 -m unittest");
  project_.write("pyproject.toml", "[tool.pytest.ini_options]\n");
  EXPECT_EQ(command(), "python3 -m pytest -q");
}

TEST_F(TestCommandTest, FindsUnittestFilesInATestsFolder) {
  project_.write("tests/test_a.py", "from unittest import TestCase\n");
  EXPECT_EQ(command(), "python3 -m unittest discover -s tests -t .");
}

TEST_F(TestCommandTest, KnowsTheOtherEcosystems) {
  const auto alone = [](const std::string& path, std::string_view text) {
    const TestProject project;
    project.write(path, text);
    const auto found = detect_test_command(project.directory());
    return found ? found->command : "";
  };
  EXPECT_EQ(alone("Cargo.toml", ""), "cargo test --offline");
  EXPECT_EQ(alone("go.mod", ""), "go test ./...");
  EXPECT_EQ(alone("pom.xml", ""), "mvn -o -q test");
  EXPECT_EQ(alone("build.gradle.kts", ""), "gradle --offline -q test");
  EXPECT_EQ(alone("package.json", R"({"scripts":{"test":"jest"}})"), "npm test --silent");
  EXPECT_EQ(alone("package.json",
                  R"({"scripts":{"test":"echo \"Error: no test specified\" && exit 1"}})"),
            "");
  EXPECT_EQ(alone("package.json", R"({"scripts":{"test":1}})"), "");
  EXPECT_EQ(alone("package.json", "[{"), "");
}

}  // namespace
}  // namespace plim::workspace
