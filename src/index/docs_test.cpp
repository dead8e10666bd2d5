#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "index/docs_find.hpp"
#include "index/docs_packages.hpp"
#include "index/docs_sqlite.hpp"
#include "index/docs_text.hpp"
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
            .manual = folder.path() / "man",
            .headers = {folder.path() / "usr/include"},
            .system_documents = folder.path() / "doc",
            .docsets = {folder.path() / "docsets"}};
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

TEST_F(Docs, FindsWhatAHeaderOfTheSystemDeclaresThatTheProjectIncludes) {
  write("project/src/main.c", "#include <knots/tie.h>\n#include \"own.h\"\n");
  write(
      "usr/include/knots/tie.h",
      "#pragma once\n#include \"rope.h\"\n/* Ties a knot.\n * Frees nothing. */\nint tie_knot(int "
      "ends,\n             int turns);\n#define KNOT_MAX 7 /* turns */\n#define KNOT_MIN 1\n");
  write("usr/include/knots/rope.h", "// A rope.\nstruct rope {\n  int length;\n};\n");
  write("usr/include/unrelated.h", "int tie_knot_other(void);\nint other_thing(void);\n");
  write("usr/lib/pkgconfig/knots.pc", "Name: knots\nVersion: 2.1\n");
  const auto found = ask("tie_knot");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(
      found[0].text,
      "/* Ties a knot.\n * Frees nothing. */\nint tie_knot(int ends,\n             int turns);");
  EXPECT_EQ(found[0].package + " " + found[0].version, "knots/tie.h 2.1");
  EXPECT_THAT(found[0].source, testing::EndsWith("usr/include/knots/tie.h:5"));
  EXPECT_EQ(ask("rope").at(0).text, "// A rope.\nstruct rope {");
  EXPECT_EQ(ask("KNOT_MIN").at(0).text, "#define KNOT_MIN 1");
  EXPECT_THAT(ask("other_thing"), IsEmpty());
}

TEST_F(Docs, FindsNamesInDocsetsAndReadsNothingOutsideOfThem) {
  const auto inside = fs::path("docsets/Lua.docset/Contents/Resources");
  write("docsets/Lua.docset/meta.json", R"({"version":"5.4"})");
  write(
      inside / "Documents/manual.html",
      "<html><head><title>no</title></head><body><h2><a id=\"pdf-string.rep\">string.rep (s, "
      "n)</a></h2><p>Returns a string that is <code>n</code> copies &amp; more.</p></body></html>");
  write("docsets/Lua.docset/secret.html", "secret");
  {
    auto database = Database::open(folder.path() / inside / "docSet.dsidx");
    ASSERT_TRUE(database);
    ASSERT_TRUE(database->run(
        "CREATE TABLE searchIndex(id INTEGER PRIMARY KEY, name TEXT, type TEXT, path TEXT);"
        "INSERT INTO searchIndex(name, type, path) VALUES('string.rep', 'Function', "
        "'manual.html#pdf-string.rep'), ('string.repeated', 'Function', 'manual.html'), "
        "('string.out', 'Function', '../../../secret.html')"));
  }
  const auto found = ask("string.rep");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].title, "string.rep (Function)");
  EXPECT_EQ(found[0].package + " " + found[0].version, "Lua 5.4");
  EXPECT_TRUE(found[0].exact);
  EXPECT_EQ(found[0].text, "string.rep (s, n)\n\nReturns a string that is n copies & more.");
  EXPECT_EQ(ask("rep", "lua").size(), 1U);
  EXPECT_THAT(ask("string.out"), IsEmpty());
  std::ofstream(folder.path() / inside / "docSet.dsidx") << "no database";
  EXPECT_THAT(ask("string.rep"), IsEmpty());
}

TEST_F(Docs, AnswersQuestionsFromWhatPackagesSayOfThemselves) {
  write("project/.venv/lib/python3.13/site-packages/shopkit-0.9.dist-info/METADATA",
        "Name: shopkit\n\nShopkit\n=======\n\nHow to configure currency rounding: set ROUND.\n");
  write("doc/gizmo/README.md", "# Gizmo\n\nSet GIZMO_HOME to move the configuration folder.\n");
  EXPECT_THAT(ask("shopkit currency rounding").at(0).text, HasSubstr("set ROUND"));
  EXPECT_THAT(ask("where is the gizmo configuration folder").at(0).text, HasSubstr("GIZMO_HOME"));
  EXPECT_THAT(ask("configuration folder", "gizmo").at(0).package, "gizmo");
  EXPECT_THAT(ask("quantum entanglement of photons"), IsEmpty());
}

TEST_F(Docs, ReadsDocumentsAgainWhenTheyChange) {
  auto kept = places();
  kept.cache = folder.path() / "cache";
  const auto asked = [&](const char* question) {
    return find_docs(question, "", kept, 5, {}).value();
  };
  EXPECT_EQ(asked("rollback switch").size(), 1U);
  write("project/docs/deploy.md", "# Deploying\n\nThere is a lever for going back.\n");
  EXPECT_THAT(asked("rollback switch"), IsEmpty());
  EXPECT_EQ(asked("lever going back").size(), 1U);
  fs::remove(folder.path() / "project/docs/deploy.md");
  EXPECT_THAT(asked("lever going back"), IsEmpty());
}

TEST(DocSections, BeginAtHeadingsOutsideOfCode) {
  const auto sections = sections_of("a.md", "# One\n```sh\n# no heading\n```\nTwo\n---\ntext\n");
  ASSERT_EQ(sections.size(), 2U);
  EXPECT_EQ(sections[1], (DocSection{.title = "Two", .text = "Two\n---\ntext\n", .line = 5}));
}

TEST(TextOfHtml, SaysWhatAReaderSees) {
  EXPECT_EQ(
      text_of_html("<style>p{}</style><h1>A &lt;b&gt;</h1><p>c\n  d</p><ul><li>e</ul><pre> f\n"
                   "  g</pre><script>x<y</script>"),
      "# A <b>\n\nc d\n\n- e\n f\n  g\n");
  EXPECT_EQ(text_of_html("<script>never closed"), "");
  EXPECT_EQ(text_of_html("a <"), "a ");
}

}  // namespace
}  // namespace plim::index
