#include "index/companions.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "index/imports.hpp"
#include "index/test_repository.hpp"

namespace plim::index {
namespace {

using testing::ElementsAre;

TEST(Imports, AreReadOfEachLanguage) {
  EXPECT_THAT(imports_of(Language::cpp, "#include \"net/url.h\"\n#  include <vector>\nint a;\n"),
              ElementsAre(Import{"net/url.h", -1}, Import{"vector", -1}));
  EXPECT_THAT(imports_of(Language::python, "import os.path\nfrom ..net import url, port as p\n"),
              ElementsAre(Import{"os/path", -1}, Import{"net", 1}, Import{"net/url", 1},
                          Import{"net/port", 1}));
  EXPECT_THAT(imports_of(Language::typescript,
                         "import { a } from './a';\nconst b = require(\"../b/c\");\n"),
              ElementsAre(Import{"a", 0}, Import{"b/c", 1}));
  EXPECT_THAT(
      imports_of(Language::go, "import (\n\t\"fmt\"\n\tu \"shop/net/url\"\n)\nvar a = \"b\"\n"),
      ElementsAre(Import{"fmt", -1}, Import{"shop/net/url", -1}));
  EXPECT_THAT(imports_of(Language::java, "import static shop.net.Url.parse;\n"),
              ElementsAre(Import{"shop/net/Url/parse", -1}));
  EXPECT_THAT(imports_of(Language::rust, "pub mod url;\nuse crate::net::Port;\n"),
              ElementsAre(Import{"url", 0}, Import{"net/Port", -1}));
}

TEST(Imports, AreResolvedByTheirTail) {
  const std::vector<std::string_view> paths = {"src/net/url.h", "lib/url.h", "src/a.py",
                                               "pkg/net/url.py", "pkg/net/__init__.py"};
  const ImportResolver resolver(paths);
  EXPECT_THAT(resolver.resolve({"net/url.h", -1}, "src/main.cpp"), ElementsAre(0));
  EXPECT_THAT(resolver.resolve({"url.h", -1}, "lib/b.cpp"), ElementsAre(1));
  EXPECT_THAT(resolver.resolve({"pkg/net/url/parse", -1}, "src/a.py"), ElementsAre(3));
  EXPECT_THAT(resolver.resolve({"net", 0}, "pkg/main.py"), ElementsAre(4));
  EXPECT_THAT(resolver.resolve({"url", 0}, "pkg/main.py"), ElementsAre());
  EXPECT_THAT(resolver.resolve({"vector", -1}, "src/main.cpp"), ElementsAre());
}

class CompanionsTest : public testing::Test, protected TestRepository {
 protected:
  std::vector<std::string> of(const std::vector<std::string>& files) const {
    auto index = Index::open({.root = root()});
    EXPECT_TRUE(index && index->refresh());
    const auto found =
        companions(*index, files, {.root = root(), .program_path = "/usr/bin"}, 20, {});
    EXPECT_TRUE(found.has_value());
    std::vector<std::string> out;
    for (const auto& each : found.value_or(std::vector<Companion>{})) {
      out.push_back(each.path + ": " + std::string(to_string(each.tie)));
    }
    return out;
  }
};

TEST_F(CompanionsTest, AreNamesakesImportsAndImporters) {
  write("src/url.cpp", "#include \"url.hpp\"\n#include \"port.hpp\"\n");
  write("src/url.hpp", "int url();\n");
  write("src/port.hpp", "int port();\n");
  write("src/other.hpp", "int other();  // not url.cpp\n");
  write("tests/url_test.cpp", "#include \"../src/url.hpp\"\n");
  write("app/main.cpp", "#include \"src/url.hpp\"\nint main() { return url(); }\n");
  EXPECT_THAT(of({"src/url.cpp"}), ElementsAre("src/url.hpp: same name", "src/port.hpp: imported",
                                               "tests/url_test.cpp: same name"));
  EXPECT_THAT(of({"src/url.hpp"}),
              ElementsAre("src/url.cpp: same name", "tests/url_test.cpp: same name",
                          "app/main.cpp: imports it"));
}

TEST_F(CompanionsTest, AreWhatWasChangedTogether) {
  write("a.py", "1\n");
  write("z.py", "1\n");
  write("never.py", "1\n");
  git({"init", "-q", "."});
  commit("all");
  for (const std::string_view text : {"2\n", "3\n", "4\n"}) {
    write("a.py", text);
    write("z.py", text);
    commit("both");
  }
  EXPECT_EQ(of({"a.py"}).front(), "z.py: changed together");
  // A repository may not have us run a program of its choice.
  git({"config", "log.showSignature", "true"});
  git({"config", "gpg.program", "/bin/false"});
  EXPECT_EQ(of({"a.py"}).front(), "z.py: changed together");
}

TEST_F(CompanionsTest, AreOnlyOfFilesThatAreThere) {
  write("a.py", "");
  auto index = Index::open({.root = root()});
  ASSERT_TRUE(index && index->refresh());
  const auto found =
      companions(*index, std::vector<std::string>{"../a.py"}, {.root = root()}, 5, {});
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, Errc::not_found);
}

}  // namespace
}  // namespace plim::index
