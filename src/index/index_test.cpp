#include "index/index.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <format>
#include <fstream>
#include <thread>

#include <sys/stat.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "sys/temp_dir.hpp"

namespace plim::index {
namespace {

namespace fs = std::filesystem;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

class IndexTest : public testing::Test {
 protected:
  fs::path root() const { return place_.path() / "project"; }
  fs::path cache() const { return place_.path() / "cache"; }
  IndexOptions options() const { return {.root = root(), .cache = cache()}; }

  void SetUp() override { fs::create_directories(root()); }

  void write(const std::string& path, std::string_view text) const {
    fs::create_directories((root() / path).parent_path());
    std::ofstream(root() / path, std::ios::binary) << text;
    // A version younger than the clock's tick is read again each time, on purpose.
    const auto past = fs::file_time_type::clock::now() - std::chrono::seconds(60 + age_);
    fs::last_write_time(root() / path, past);
    age_ = age_ + 1;
  }

  static std::vector<std::string> paths(const Snippets& found) {
    std::vector<std::string> out;
    for (const auto& hit : found.files) out.push_back(hit.path);
    return out;
  }

  Index opened() const {
    auto index = Index::open(options());
    EXPECT_TRUE(index.has_value());
    EXPECT_TRUE(index->refresh().has_value());
    return *std::move(index);
  }

  std::vector<std::string> search(const std::string& task) const {
    return paths(opened().find({.task = task}));
  }

 private:
  sys::TempDir place_ = *sys::TempDir::make(fs::temp_directory_path(), "index");
  mutable int age_ = 0;
};

TEST_F(IndexTest, FindsFilesAndFunctionsByWhatTheyAreAbout) {
  write("src/url.py",
        "def parse_port(text):\n    '''Reads the port of an URL.'''\n    return int(text)\n");
  write("src/color.py", "def parse_color(text):\n    return text.split()\n");
  write("tests/test_url.py", "def test_parse_port():\n    assert parse_port('80') == 80\n");
  const auto found = opened().find({.task = "parse_port fails when the port is empty"});
  ASSERT_FALSE(found.files.empty());
  EXPECT_EQ(found.files[0].path, "src/url.py");
  ASSERT_FALSE(found.functions.empty());
  EXPECT_EQ(found.functions[0].name, "parse_port");
  EXPECT_EQ(found.functions[0].path, "src/url.py");
  EXPECT_EQ(found.functions[0].first_line, 1U);
  EXPECT_EQ(found.functions[0].last_line, 3U);
  EXPECT_EQ(found.health.files, 3U);
}

TEST_F(IndexTest, PutsTestsFirstWhenTheTaskIsAboutThem) {
  write("src/url.py", "def parse_port(text):\n    return int(text)\n");
  write("tests/test_url.py", "def test_parse_port():\n    assert parse_port('80') == 80\n");
  EXPECT_EQ(search("parse_port is wrong").front(), "src/url.py");
  EXPECT_EQ(search("Add tests for parse_port").front(), "tests/test_url.py");
}

TEST_F(IndexTest, PutsANamedPathFirst) {
  write("src/a/config.cpp", "int widget_color() { return 1; }\n");
  write("src/b/config.cpp", "int other() { return 2; }\n");
  EXPECT_EQ(search("crash at /build/x/src/b/config.cpp:12").front(), "src/b/config.cpp");
  EXPECT_THAT(opened().resolve("b/config.cpp"), ElementsAre("src/b/config.cpp"));
  EXPECT_THAT(opened().definers("widget_color"), ElementsAre("src/a/config.cpp"));
  EXPECT_THAT(opened().definers("nobody"), IsEmpty());
}

TEST_F(IndexTest, PutsAFileThatIsNamedWithoutFolderOrExtensionFirst) {
  write("src/widget.py", "def widget(): pass\n");
  write("src/runner", "#!/usr/bin/python\ndef main(): pass\n");
  EXPECT_EQ(search("it stops\n  File \"runner\", line 2").front(), "src/runner");
  EXPECT_THAT(opened().resolve("runner"), ElementsAre("src/runner"));
}

TEST_F(IndexTest, FindsTheRestOfAFixNextToItsBestFile) {
  for (const auto* folder : {"net", "disk", "ui"}) {
    write(std::string("src/") + folder + "/retry.py", "def retry(): pass\n");
  }
  write("src/ui/parser.py", "def parse_address(address):\n  return address\n");
  const auto found = search("parse_address rejects an address; retry");
  ASSERT_EQ(found.size(), 4U);
  EXPECT_EQ(found[0], "src/ui/parser.py");
  EXPECT_EQ(found[1], "src/ui/retry.py");
}

TEST_F(IndexTest, KeepsTheOrderOfNeighboursThatAreAsGoodAsTheFirst) {
  const auto mentions = [](int count) {
    std::string text;
    for (int i = 0; i < 8; ++i) text += i < count ? "widget()\n" : "other()\n";
    return text;
  };
  write("src/c.py", mentions(6));
  write("src/b.py", mentions(3));
  write("src/a.py", mentions(1));
  for (const auto* folder : {"net", "disk", "ui"}) {
    write(std::string(folder) + "/other.py", mentions(0));
  }
  EXPECT_THAT(search("widget fails"), ElementsAre("src/c.py", "src/b.py", "src/a.py"));
}

TEST_F(IndexTest, TellsTheAskersWordsFromThoseOfTheForm) {
  write("src/youtube.py", "def extract_playlist(page):\n    return page.entries\n");
  write("src/main.py",
        "def main():\n    # command line verbose output version checklist\n"
        "    verbose_output = version = command = checklist = 1\n");
  const std::string form = "checklist: paste the verbose output of your command version\n";
  const auto asked = "Playlist is empty\n" + form + form + form;
  EXPECT_EQ(search(asked).front(), "src/main.py");
  write(".github/ISSUE_TEMPLATE/bug.yml", form);
  EXPECT_EQ(search(asked).front(), "src/youtube.py");
}

TEST_F(IndexTest, PutsAnAmalgamationBehindItsSourcesAndBeforeOthersWork) {
  const std::string text = "int parse_number(const char* text) { return *text - '0'; }\n";
  write("include/number.hpp", text);
  write("single_include/all.hpp", text);
  write("a/third_party/number.hpp", text);
  EXPECT_THAT(
      search("parse_number is wrong"),
      ElementsAre("include/number.hpp", "single_include/all.hpp", "a/third_party/number.hpp"));
}

TEST_F(IndexTest, NeverAnswersFromAStaleFile) {
  write("a.py", "def alpha(): pass\n");
  write("b.py", "def beta(): pass\n");
  auto index = opened();
  EXPECT_THAT(paths(index.find({.task = "alpha"})), ElementsAre("a.py"));
  write("a.py", "def gamma(): pass\n");
  fs::remove(root() / "b.py");
  write("c.py", "def alpha(): pass\n");
  ASSERT_TRUE(index.refresh().has_value());
  EXPECT_THAT(paths(index.find({.task = "alpha"})), ElementsAre("c.py"));
  EXPECT_THAT(paths(index.find({.task = "gamma"})), ElementsAre("a.py"));
  EXPECT_THAT(paths(index.find({.task = "beta"})), IsEmpty());
  EXPECT_EQ(index.health().files, 2U);
}

TEST_F(IndexTest, SeesAChangeThatLeavesSizeAndTimeAlone) {
  write("a.py", "def alpha(): pass\n");
  auto index = opened();
  const auto time = fs::last_write_time(root() / "a.py");
  std::ofstream(root() / "a.py", std::ios::binary) << "def gamma(): pass\n";
  fs::last_write_time(root() / "a.py", time);
  ASSERT_TRUE(index.refresh().has_value());
  EXPECT_THAT(paths(index.find({.task = "gamma"})), ElementsAre("a.py"));
}

TEST_F(IndexTest, KeepsWhatItReadAndAmendsIt) {
  for (int i = 0; i < 40; ++i) write(std::format("m{}.py", i), std::format("def f{}(): pass\n", i));
  EXPECT_THAT(search("f7"), ElementsAre("m7.py"));
  write("m7.py", "def changed(): pass\n");
  EXPECT_THAT(search("changed"), ElementsAre("m7.py"));
  EXPECT_THAT(search("f7"), IsEmpty());
  for (int i = 0; i < 40; ++i) {
    write(std::format("m{}.py", i), std::format("def again{}(): pass\n", i));
  }
  EXPECT_EQ(search("again7").front(), "m7.py");
  EXPECT_THAT(search("f9"), IsEmpty());
  EXPECT_EQ(opened().health().files, 40U);
}

TEST_F(IndexTest, RanksAsANewOneAfterChanges) {
  for (int i = 0; i < 60; ++i) {
    write(std::format("m{}.py", i), std::format("def price{}(item): return item.tax\n", i % 7));
  }
  auto amended = opened();
  for (const int i : {3, 9, 27}) write(std::format("m{}.py", i), "def price(tax): return tax\n");
  fs::remove(root() / "m5.py");
  write("added.py", "def tax(item): return item.price\n");
  ASSERT_TRUE(amended.refresh().has_value());
  ASSERT_EQ(amended.corpus().parts().size(), 2U);
  auto fresh = Index::open({.root = root()});
  ASSERT_TRUE(fresh.has_value());
  ASSERT_TRUE(fresh->refresh().has_value());
  const Query query{.task = "price of tax is wrong"};
  const auto scores = [](const Snippets& found) {
    std::vector<std::pair<std::string, double>> out;
    for (const auto& hit : found.files) out.emplace_back(hit.path, hit.score);
    std::ranges::sort(out);
    return out;
  };
  const auto left = scores(amended.find(query));
  EXPECT_EQ(left.size(), scores(fresh->find(query)).size());
  EXPECT_EQ(amended.find(query).files.front().path, fresh->find(query).files.front().path);
}

TEST_F(IndexTest, KnowsOnlyTheNewestOfManyVersions) {
  for (int i = 0; i < 120; ++i) write(std::format("m{}.py", i), "def common(): pass\n");
  auto index = opened();
  for (int i = 0; i < 10; ++i) write(std::format("m{}.py", i), "def common(): return 1\n");
  ASSERT_TRUE(index.refresh().has_value());
  std::string last = "none";
  for (const char letter : std::string("bcdfghjklmnpqrstvwxz")) {
    const std::string name(6, letter);
    write("m3.py", "def common(): pass\ndef " + name + "(): pass\n");
    ASSERT_TRUE(index.refresh().has_value());
    EXPECT_THAT(paths(index.find({.task = name})), ElementsAre("m3.py"));
    EXPECT_THAT(paths(index.find({.task = last})), IsEmpty());
    EXPECT_EQ(index.health().files, 120U);
    EXPECT_EQ(index.corpus().totals().docs, 120U);
    ASSERT_EQ(index.corpus().parts().size(), 2U);
    EXPECT_LE(index.corpus().parts()[1].segment.docs().size(), 14U);
    last = name;
  }
  EXPECT_THAT(search("zzzzzz"), ElementsAre("m3.py"));
  EXPECT_THAT(search("xxxxxx"), IsEmpty());
}

TEST_F(IndexTest, StartsAnewFromADamagedStore) {
  for (int i = 0; i < 5; ++i) write(std::format("m{}.py", i), std::format("def f{}(): pass\n", i));
  EXPECT_THAT(search("f3"), ElementsAre("m3.py"));
  std::vector<fs::path> kept;
  for (const auto& entry : fs::recursive_directory_iterator(cache())) {
    if (entry.path().extension() == ".idx") kept.push_back(entry.path());
  }
  ASSERT_FALSE(kept.empty());
  const auto size = fs::file_size(kept[0]);
  std::string whole(size, '\0');
  std::ifstream(kept[0], std::ios::binary).read(whole.data(), static_cast<std::streamsize>(size));
  // Cut anywhere, and each byte of the header and many others turned over: an answer, no crash.
  for (std::size_t cut = 0; cut < size; cut += 97) {
    std::ofstream(kept[0], std::ios::binary) << whole.substr(0, cut);
    EXPECT_THAT(search("f3"), ElementsAre("m3.py")) << "cut at " << cut;
  }
  for (std::size_t at = 0; at < size; at += at < 200 ? 3 : 41) {
    auto damaged = whole;
    damaged[at] = static_cast<char>(~damaged[at]);
    std::ofstream(kept[0], std::ios::binary) << damaged;
    auto index = Index::open(options());
    ASSERT_TRUE(index.has_value());
    ASSERT_TRUE(index->refresh().has_value()) << "byte " << at;
    (void)index->find({.task = "f3 m2 def pass"});
  }
}

TEST_F(IndexTest, TellsADamagedAmendment) {
  for (int i = 0; i < 30; ++i) write(std::format("m{}.py", i), std::format("def f{}(): pass\n", i));
  EXPECT_THAT(search("f3"), ElementsAre("m3.py"));
  write("m3.py", "def changed(): pass\n");
  EXPECT_THAT(search("changed"), ElementsAre("m3.py"));
  fs::path kept;
  for (const auto& entry : fs::recursive_directory_iterator(cache())) {
    if (entry.path().filename() == "amendment.idx") kept = entry.path();
  }
  ASSERT_FALSE(kept.empty());
  const auto size = fs::file_size(kept);
  std::string whole(size, '\0');
  std::ifstream(kept, std::ios::binary).read(whole.data(), static_cast<std::streamsize>(size));
  std::ofstream(kept, std::ios::binary) << std::string(size, '\0');  // as after a power cut
  EXPECT_THAT(search("changed"), ElementsAre("m3.py"));
  for (std::size_t at = 0; at < size; at += 13) {
    auto damaged = whole;
    damaged[at] = static_cast<char>(~damaged[at]);
    std::ofstream(kept, std::ios::binary) << damaged;
    EXPECT_THAT(search("changed"), ElementsAre("m3.py")) << "byte " << at;
  }
}

TEST_F(IndexTest, ServesTwoInstancesThatWriteAtTheSameTime) {
  for (int i = 0; i < 30; ++i) write(std::format("m{}.py", i), std::format("def f{}(): pass\n", i));
  std::vector<int> right(4);
  {
    std::vector<std::jthread> instances;
    for (std::size_t i = 0; i < right.size(); ++i) {
      instances.emplace_back([&, i] {
        for (int round = 0; round < 5; ++round) {
          const auto found = find(options(), {.task = "f11"});
          if (found && !found->files.empty() && found->files[0].path == "m11.py") ++right[i];
        }
      });
    }
  }
  EXPECT_THAT(right, ElementsAre(5, 5, 5, 5));
}

TEST_F(IndexTest, AnswersWithoutAPlaceToKeepAnything) {
  write("a.py", "def alpha(): pass\n");
  const IndexOptions nowhere{.root = root(), .cache = "/proc/nowhere"};
  const auto found = find(nowhere, {.task = "alpha"});
  ASSERT_TRUE(found.has_value());
  EXPECT_THAT(paths(*found), ElementsAre("a.py"));
}

TEST_F(IndexTest, IsEmptyForAnEmptyProjectOrQuestion) {
  EXPECT_THAT(search("anything"), IsEmpty());
  write("a.py", "def alpha(): pass\n");
  EXPECT_THAT(search(""), IsEmpty());
  EXPECT_THAT(search("\n\n```\n"), IsEmpty());
}

TEST_F(IndexTest, IsBoundedByHostileFiles) {
  write("header.h", [] {
    std::string text;
    for (int i = 0; text.size() < 5'000'000; ++i)
      text += std::format("#define REG_{} 0x{:x}\n", i, i);
    return text;
  }());
  write("app.js", "var a=" + std::string(900'000, '(') + ";");
  write("deep.json", std::string(500'000, '['));
  write("picture.c", std::string("\x7f"
                                 "ELF\0\0\0",
                                 7) +
                         std::string(10'000, '\1'));
  write("latin.py", "# caf\xe9 \xff\xfe\ndef latin_name(): pass\n");
  write("huge.txt", std::string(9'000'000, 'x'));
  write("good.py", "def needle(): pass\n");
  fs::create_symlink("..", root() / "loop");
  fs::create_symlink("self", root() / "self");
  ::mkfifo((root() / "pipe.py").c_str(), 0600);
  fs::create_directories(root() / "closed");
  write("closed/a.py", "def hidden(): pass\n");
  fs::permissions(root() / "closed", fs::perms::none);
  const auto index = opened();
  EXPECT_THAT(paths(index.find({.task = "needle"})), ElementsAre("good.py"));
  EXPECT_THAT(paths(index.find({.task = "latin_name"})), ElementsAre("latin.py"));
  EXPECT_EQ(index.health().binary, 1U);
  EXPECT_GE(index.health().cut, 2U);
  const std::size_t closed = ::geteuid() == 0 ? 0 : 1;  // nothing is closed to root
  EXPECT_EQ(index.health().unreadable, closed);
  fs::permissions(root() / "closed", fs::perms::owner_all);
}

TEST_F(IndexTest, CountsFilesThatVanishWhileItReads) {
  for (int i = 0; i < 300; ++i)
    write(std::format("m{}.py", i), std::format("def f{}(): pass\n", i));
  std::jthread vanish([&](const std::stop_token&) {
    for (int i = 0; i < 300; ++i) fs::remove(root() / std::format("m{}.py", i));
  });
  auto index = Index::open(options());
  ASSERT_TRUE(index.has_value());
  EXPECT_TRUE(index->refresh().has_value());
  vanish.join();
  ASSERT_TRUE(index->refresh().has_value());
  EXPECT_EQ(index->health().files, 0U);
}

}  // namespace
}  // namespace plim::index
