#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "index/docs_find.hpp"
#include "index/docs_packages.hpp"
#include "sys/temp_dir.hpp"

namespace plim::index {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

namespace fs = std::filesystem;

class Docs : public testing::Test {
 protected:
  void write(const fs::path& path, const std::string& text) const {
    fs::create_directories((folder.path() / path).parent_path());
    std::ofstream(folder.path() / path) << text;
  }
  [[nodiscard]] DocsPlaces places() const {
    return {.root = fs::canonical(folder.path() / "project"),
            .home = folder.path() / "home",
            .manual = folder.path() / "man"};
  }
  [[nodiscard]] std::vector<DocAnswer> ask(const std::string& question,
                                           const std::string& package = "") const {
    auto answers = find_docs(question, package, places(), 5, {});
    EXPECT_TRUE(answers);
    return answers ? *answers : std::vector<DocAnswer>{};
  }
  void SetUp() override {
    write("project/package.json", R"({"dependencies":{"tidy":"^1.0.0","@scope/pair":"1"}})");
    write("project/node_modules/tidy/package.json", R"({"version":"1.4.2"})");
    write("project/node_modules/tidy/index.d.ts",
          "/** Removes white space at both ends. */\nexport function tidyText(text: string): "
          "string;\n");
    write("project/node_modules/@scope/pair/package.json", R"({"version":"2.0.0"})");
    write("project/.venv/lib/python3.13/site-packages/shopkit-0.9.dist-info/METADATA",
          "Name: shopkit\n");
    write("project/.venv/lib/python3.13/site-packages/shopkit/cart.py",
          "def add_price(cart, price):\n    \"\"\"Adds a price to a cart.\"\"\"\n    "
          "cart.append(price)\n");
    write("project/Cargo.lock", "[[package]]\nname = \"gear\"\nversion = \"0.3.1\"\n");
    write("home/.cargo/registry/src/index-1/gear-0.3.1/src/lib.rs",
          "/// Turns the gear once.\npub fn turn_gear(n: u32) -> u32 {\n    n\n}\n");
    write("project/go.mod", "module m\n\nrequire (\n\texample.org/Big v1.2.3\n)\n");
    write("home/go/pkg/mod/example.org/!big@v1.2.3/big.go", "package big\n");
    write("project/docs/deploy.md",
          "# Deploying\n\nText.\n\n## Rolling back\n\nUse the rollback switch.\n");
  }

  sys::TempDir folder = sys::TempDir::make(testing::TempDir(), "plim-docs-").value();
};

TEST_F(Docs, KnowsInstalledPackagesAndTheirVersions) {
  std::vector<std::string> names;
  for (const auto& package : installed_packages(places().root, places().home)) {
    names.push_back(package.name + " " + package.version);
  }
  EXPECT_THAT(names, testing::UnorderedElementsAre("tidy 1.4.2", "@scope/pair 2.0.0", "shopkit 0.9",
                                                   "gear 0.3.1", "example.org/Big v1.2.3"));
}

TEST_F(Docs, FindsASymbolWithItsCommentAndVersion) {
  const auto found = ask("tidyText");
  ASSERT_FALSE(found.empty());
  EXPECT_EQ(found[0].package, "tidy");
  EXPECT_EQ(found[0].version, "1.4.2");
  EXPECT_TRUE(found[0].exact);
  EXPECT_THAT(found[0].text, HasSubstr("Removes white space"));
  EXPECT_THAT(found[0].source, testing::EndsWith("node_modules/tidy/index.d.ts:2"));
}

TEST_F(Docs, FindsPythonsDocstringAndRustsComment) {
  EXPECT_THAT(ask("shopkit.add_price").at(0).text, HasSubstr("Adds a price to a cart."));
  EXPECT_THAT(ask("turn_gear()").at(0).text, HasSubstr("Turns the gear once."));
}

TEST_F(Docs, FindsASectionOfTheProjectsDocuments) {
  const auto found = ask("how to use the rollback switch");
  ASSERT_FALSE(found.empty());
  EXPECT_EQ(found[0].package, "");
  EXPECT_EQ(found[0].title, "## Rolling back");
  EXPECT_FALSE(found[0].exact);
}

TEST_F(Docs, SaysNothingOfWhatIsNotHere) {
  EXPECT_THAT(ask("no_such_symbol_anywhere"), IsEmpty());
  EXPECT_THAT(ask("tidyText", "gear"), IsEmpty());
  EXPECT_FALSE(find_docs(" ", "", places(), 5, {}));
}

TEST_F(Docs, FollowsNoLinkOutOfTheProject) {
  write("secret/index.d.ts", "export function tidyText(x: number): void;\n");
  fs::remove_all(folder.path() / "project/node_modules/tidy");
  fs::create_directory_symlink(folder.path() / "secret",
                               folder.path() / "project/node_modules/tidy");
  EXPECT_THAT(ask("tidyText"), IsEmpty());
}

}  // namespace
}  // namespace plim::index
