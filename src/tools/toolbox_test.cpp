#include "tools/toolbox.hpp"

#include <filesystem>
#include <format>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sandbox/sandbox.hpp"
#include "tools/command_logs.hpp"
#include "workspace/workspace.hpp"

namespace plim::tools {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

// The five tools on a real project and a real sandbox.
class Tools : public testing::Test {
 protected:
  Tools() {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    place_ = fs::path(testing::TempDir()) / ("tools_" + std::string(test->name()));
    fs::remove_all(place_);
    fs::create_directories(place_ / "project/src");
    put("a.py", "def total(prices):\n    s = 1\n    return s\n");
    put("src/b.c", "int total;\n");
    files_.emplace(workspace::Workspace::open(place_ / "project", place_ / "state").value());
    EXPECT_TRUE(files_->begin_task("t"));
    sandbox_.emplace(sandbox::Sandbox::open({.project = files_->root()}).value());
  }
  ~Tools() override { fs::remove_all(place_); }

  void put(const std::string& path, const std::string& text) {
    std::ofstream(place_ / "project" / path) << text;
  }
  std::string get(const std::string& path) {
    std::ifstream file(place_ / "project" / path);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  Outcome call(const std::string& name, const std::string& arguments,
               EditFormat format = EditFormat::replace, std::size_t max_chars = 4000) {
    return Toolbox(format).run({"1", name, arguments}, {*files_, open_sandbox_, max_chars, {}});
  }

  fs::path place_;
  std::optional<workspace::Workspace> files_;
  std::optional<sandbox::Sandbox> sandbox_;
  OpenSandbox open_sandbox_ = [this]() -> const sandbox::Sandbox& { return *sandbox_; };
};

TEST_F(Tools, StandInAFixedOrder) {
  std::vector<std::string> names;
  const Toolbox toolbox(EditFormat::replace);
  for (const auto& spec : toolbox.specs()) names.push_back(spec.name);
  EXPECT_THAT(names, ElementsAre("read", "search", "edit", "write", "run"));
}

TEST_F(Tools, ReadNumbersLines) {
  EXPECT_EQ(call("read", R"({"path":"a.py"})").text,
            "1\tdef total(prices):\n2\t    s = 1\n3\t    return s");
}

TEST_F(Tools, ReadShowsARangeAndSaysSo) {
  EXPECT_EQ(call("read", R"({"path":"a.py","start":2,"end":2})").text,
            "2\t    s = 1\n[lines 2-2 of 3]");
}

TEST_F(Tools, ReadCutsAtWholeLinesAndSaysHowToGoOn) {
  std::string text;
  for (int i = 1; i <= 500; ++i) text += std::format("line {}\n", i);
  put("long.txt", text);
  const auto shown = call("read", R"({"path":"long.txt"})", EditFormat::replace, 400).text;
  EXPECT_LE(shown.size(), 400U);
  EXPECT_THAT(shown, StartsWith("1\tline 1\n"));
  EXPECT_THAT(shown,
              testing::ContainsRegex("\\[lines 1-[0-9]+ of 500; go on with start=[0-9]+\\]$"));
}

TEST_F(Tools, ReadNamesANearFileForAMissingOne) {
  const auto outcome = call("read", R"({"path":"A.py"})");
  EXPECT_TRUE(outcome.is_error);
  EXPECT_THAT(outcome.text, HasSubstr("a.py"));
}

TEST_F(Tools, ReadRefusesWhatIsOutside) {
  for (const auto* path : {"../state", "/etc/passwd", "src"}) {
    EXPECT_TRUE(call("read", std::format(R"({{"path":"{}"}})", path)).is_error) << path;
  }
}

TEST_F(Tools, SearchAnswersPathLineAndText) {
  EXPECT_EQ(call("search", R"({"pattern":"\\btotal\\b"})").text,
            "a.py:1:def total(prices):\nsrc/b.c:1:int total;");
  EXPECT_EQ(call("search", R"({"pattern":"total","glob":"*.c"})").text, "src/b.c:1:int total;");
  EXPECT_EQ(call("search", R"({"pattern":"total","path":"src"})").text, "src/b.c:1:int total;");
  EXPECT_EQ(call("search", R"({"pattern":"return","path":"a.py"})").text, "a.py:3:    return s");
  EXPECT_EQ(call("search", R"({"pattern":"nowhere"})").text, "no match");
}

TEST_F(Tools, SearchSaysWhatIsWrongWithAPattern) {
  const auto outcome = call("search", R"({"pattern":"("})");
  EXPECT_TRUE(outcome.is_error);
  EXPECT_THAT(outcome.text, StartsWith("error: the pattern is not RE2"));
}

TEST_F(Tools, SearchStopsAtFortyHits) {
  std::string text;
  for (int i = 0; i < 100; ++i) text += "same\n";
  put("many.txt", text);
  const auto shown = call("search", R"({"pattern":"same"})").text;
  EXPECT_EQ(std::ranges::count(shown, '\n'), 40);
  EXPECT_THAT(shown, HasSubstr("more matches are not shown"));
}

TEST_F(Tools, EditShowsTheChangedRegion) {
  const auto outcome = call("edit", R"({"path":"a.py","old":"s = 1","new":"s = 0"})");
  EXPECT_EQ(outcome.text, "edited a.py\n1\tdef total(prices):\n2\t    s = 0\n3\t    return s");
  ASSERT_EQ(outcome.changes.size(), 1U);
  EXPECT_EQ(outcome.changes[0].added, 1);
  EXPECT_THAT(outcome.changes[0].diff, HasSubstr("-    s = 1\n+    s = 0\n"));
}

TEST_F(Tools, EditByLineNeedsTheFileToHaveBeenRead) {
  const auto* edit = R"({"path":"a.py","line":2,"new":"    s = 0"})";
  EXPECT_TRUE(call("edit", edit, EditFormat::line).is_error);
  (void)call("read", R"({"path":"a.py"})", EditFormat::line);
  EXPECT_FALSE(call("edit", edit, EditFormat::line).is_error);
  EXPECT_EQ(get("a.py"), "def total(prices):\n    s = 0\n    return s\n");
}

TEST_F(Tools, WriteMakesNewFilesOnly) {
  EXPECT_EQ(call("write", R"({"path":"new/c.txt","content":"x\n"})").text,
            "created new/c.txt (1 lines)");
  EXPECT_EQ(get("new/c.txt"), "x\n");
  EXPECT_TRUE(call("write", R"({"path":"a.py","content":"x\n"})").is_error);
  EXPECT_THAT(get("a.py"), StartsWith("def total"));
}

TEST_F(Tools, RunAnswersExitCodeAndOutputWithoutTheRootsPath) {
  EXPECT_EQ(call("run", R"({"command":"echo \"$PWD/a.py\"; exit 3"})").text, "exit 3\na.py");
  EXPECT_EQ(call("run", R"({"command":"true"})").text, "exit 0");
}

TEST_F(Tools, RunReportsAndCanUndoWhatACommandChanged) {
  const auto outcome = call("run", R"({"command":"sed -i 's/s = 1/s = 0/' a.py"})");
  ASSERT_EQ(outcome.changes.size(), 1U);
  EXPECT_EQ(outcome.changes[0].path, "a.py");
  ASSERT_TRUE(files_->undo());
  EXPECT_THAT(get("a.py"), HasSubstr("s = 1"));
}

TEST_F(Tools, RunSaysThatItKilledACommandAtItsLimit) {
  EXPECT_THAT(call("run", R"({"command":"sleep 60","timeout":1})").text,
              HasSubstr("(killed: still running after 1 s)"));
}

TEST_F(Tools, NoTextExceedsItsCap) {
  const auto outcome = call("run", R"({"command":"yes | head -c 1000000 | tr 'y' 'a' | fold"})",
                            EditFormat::replace, 1000);
  EXPECT_LE(outcome.text.size(), 1000U);
}

TEST_F(Tools, KnowWhatOtherAgentsCallThem) {
  const Toolbox toolbox(EditFormat::replace);
  EXPECT_EQ(toolbox.resolve("Read_File"), "read");
  EXPECT_EQ(toolbox.resolve("functions.bash"), "run");
  EXPECT_EQ(toolbox.resolve("str_replace"), "edit");
  EXPECT_EQ(toolbox.resolve("deploy"), "deploy");
}

TEST_F(Tools, RunKeepsAnOutputThatHadToBeCut) {
  CommandLogs logs(place_ / "logs");
  const Toolbox toolbox(EditFormat::replace);
  const Scope scope{*files_, open_sandbox_, 1500, {}, &logs};
  const auto cut = toolbox.run(
      {"1", "run",
       R"({"command":"for i in $(seq 900); do echo word $i; done; echo 'x: error: y'"})"},
      scope);
  EXPECT_LE(cut.text.size(), 1500U);
  EXPECT_THAT(cut.text, StartsWith("exit 0\n"));
  EXPECT_THAT(cut.text, HasSubstr("left out]"));
  EXPECT_THAT(cut.text, HasSubstr("x: error: y"));
  EXPECT_THAT(cut.text, HasSubstr("[all 901 lines: read path=run:1]"));
  EXPECT_EQ(toolbox.run({"2", "read", R"({"path":"run:1","start":500,"end":500})"}, scope).text,
            "500\tword 500\n[lines 500-500 of 901]");
  EXPECT_EQ(toolbox.run({"3", "search", R"({"pattern":"error","path":"run:1"})"}, scope).text,
            "run:1:901:x: error: y");
  EXPECT_EQ(toolbox.run({"4", "read", R"({"path":"run:7"})"}, scope).text,
            "error: there is no output run:7; the newest is run:1");
  EXPECT_EQ(CommandLogs(place_ / "logs").find("run:1")->substr(0, 7), "word 1\n");
}

TEST_F(Tools, SearchReadsLinesWhereAFileIsReadDifferently) {
  put("dos.txt", "first\r\nlast\r\n");
  EXPECT_EQ(call("search", R"({"pattern":"^last$","glob":"*.txt"})").text, "dos.txt:2:last");
  EXPECT_EQ(call("search", R"({"pattern":"\\Areturn|^ +return s$","path":"a.py"})").text,
            "a.py:3:    return s");
}

}  // namespace
}  // namespace plim::tools
