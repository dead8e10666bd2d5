#include "index/commit_corpus.hpp"

#include <algorithm>
#include <format>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "index/index.hpp"
#include "index/test_repository.hpp"

namespace plim::index {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

class CommitCorpusTest : public testing::Test, protected TestRepository {
 protected:
  ProjectPast past() const { return {.root = root(), .program_path = "/usr/bin"}; }

  // The files of each commit, newest first.
  std::vector<std::string> read(const Store* store = nullptr) const {
    Corpus commits;
    refresh_commits(commits, past(), store, {});
    std::vector<std::string> out;
    for (std::uint32_t i = 0; i < commits.doc_count(); ++i) out.emplace_back(commits.path(i));
    return out;
  }

  // Leaves one commit, of a.py, in the repository and in the store.
  void keep_one_commit() const {
    git({"init", "-q", "."});
    write("a.py", "1\n");
    commit("First");
    ASSERT_TRUE(store_);
    EXPECT_THAT(read(&*store_), ElementsAre("a.py"));
  }

  static bool says(const Corpus& commits, std::string_view word) {
    return std::ranges::any_of(commits.find(word),
                               [](const TermEntry& entry) { return entry.body_docs > 0; });
  }

  // Where `path` is among the files found for `task`; 0 is the first.
  std::ptrdiff_t place_of(const std::string& path, const std::string& task,
                          const std::string& program_path) const {
    auto index = Index::open({.root = root(), .program_path = program_path});
    EXPECT_TRUE(index && index->refresh());
    const auto files = index->find({.task = task}).files;
    const auto found = std::ranges::find(files, path, &FileHit::path);
    return found == files.end() ? -1 : found - files.begin();
  }

  sys::TempDir cache_ = *sys::TempDir::make(std::filesystem::temp_directory_path(), "cache");
  Result<Store> store_ = Store::open(cache_.path(), root());
};

TEST_F(CommitCorpusTest, HasMessagesAndChangedFilesNewestFirst) {
  git({"init", "-q", "."});
  write("a.py", "1\n");
  commit("First\n\nFormFeed is kept in literals.");
  write("a.py", "2\n");
  write("src/ö b.py", "1\n");
  commit("Second");
  EXPECT_THAT(read(), ElementsAre("a.py\nsrc/ö b.py", "a.py"));
  Corpus commits;
  refresh_commits(commits, past(), nullptr, {});
  EXPECT_TRUE(says(commits, "literals"));
  EXPECT_TRUE(says(commits, "feed"));  // part of a name
  EXPECT_FALSE(says(commits, "py"));
}

TEST_F(CommitCorpusTest, LeavesOutWhatSaysLittle) {
  git({"init", "-q", "."});
  for (int i = 0; i < 21; ++i) write(std::format("{}.py", i), "1\n");
  commit("Everything at once");
  write("0.py", "2\n");
  commit("One");
  git({"commit", "-q", "--allow-empty", "-m", "Nothing"});
  EXPECT_THAT(read(), ElementsAre("0.py"));
}

TEST_F(CommitCorpusTest, IsOfTheFolderAskedAbout) {
  git({"init", "-q", "."});
  write("inside/a.py", "1\n");
  write("outside.py", "1\n");
  commit("Both");
  write("outside.py", "2\n");
  commit("Not ours");
  Corpus commits;
  refresh_commits(commits, {.root = root() / "inside", .program_path = "/usr/bin"}, nullptr, {});
  ASSERT_EQ(commits.doc_count(), 1U);
  EXPECT_EQ(commits.path(0), "a.py");
}

TEST_F(CommitCorpusTest, IsKeptUntilAnotherCommitIsCheckedOut) {
  keep_one_commit();
  const auto kept = store_->load_commits();
  ASSERT_TRUE(kept);
  Corpus commits;
  refresh_commits(commits, past(), &*store_, {});
  EXPECT_EQ(commits.parts().front().segment.id(), kept->id());
  write("b.py", "1\n");
  commit("Second");
  refresh_commits(commits, past(), &*store_, {});
  EXPECT_EQ(commits.doc_count(), 2U);
  EXPECT_EQ(store_->load_commits()->docs().size(), 2U);
}

TEST_F(CommitCorpusTest, IsReadAgainWhenWhatWasKeptIsBroken) {
  keep_one_commit();
  for (const auto& entry : std::filesystem::recursive_directory_iterator(cache_.path())) {
    if (entry.path().filename() != "commits.idx") continue;
    std::fstream file(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(100);
    file << "broken";
  }
  EXPECT_FALSE(store_->load_commits());
  EXPECT_THAT(read(&*store_), ElementsAre("a.py"));
}

TEST_F(CommitCorpusTest, IsEmptyWithoutRepositoryCommitOrGit) {
  write("a.py", "1\n");
  EXPECT_THAT(read(), IsEmpty());
  git({"init", "-q", "."});
  EXPECT_THAT(read(), IsEmpty());
  commit("First");
  EXPECT_THAT(read(), ElementsAre("a.py"));
  Corpus commits;
  refresh_commits(commits, {.root = root(), .program_path = "/nowhere"}, nullptr, {});
  EXPECT_EQ(commits.doc_count(), 0U);
}

// Nothing in its text says what the task says; a past change for the like does.
TEST_F(CommitCorpusTest, LiftsWhatWasChangedForTheLike) {
  for (int i = 0; i < 12; ++i) {
    write(std::format("lib/part{}.py", i),
          std::format("def part{}(value):\n    return value\n", i));
  }
  write("lib/report.py", "def overflow(total):\n    return total\n");
  git({"init", "-q", "."});
  commit("Start");
  write("lib/part7.py", "def part7(value):\n    return value + 1\n");
  commit("Fix overflow of the invoice total");
  write("lib/part3.py", "def part3(value):\n    return value + 1\n");
  commit("Colours");
  const std::string task = "overflow in the invoice total again";
  EXPECT_EQ(place_of("lib/part7.py", task, "/usr/bin"), 1);
  EXPECT_EQ(place_of("lib/part7.py", task, ""), -1);
  EXPECT_EQ(place_of("lib/report.py", task, "/usr/bin"), 0);  // and the first stays it
}

TEST_F(CommitCorpusTest, RunsNoProgramThatTheRepositoryNames) {
  git({"init", "-q", "."});
  write("a.py", "1\n");
  write("evil", "#!/bin/sh\ntouch \"$0.ran\"\n");
  std::filesystem::permissions(root() / "evil", std::filesystem::perms::owner_all);
  commit("First");
  const auto evil = (root() / "evil").string();
  git({"config", "log.showSignature", "true"});
  for (const auto* name : {"gpg.program", "core.fsmonitor", "core.pager", "diff.external",
                           "diff.x.textconv", "core.sshCommand", "core.hooksPath"}) {
    git({"config", name, evil});
  }
  write(".git/info/attributes", "* diff=x\n");
  EXPECT_THAT(read(), Contains("a.py\nevil"));
  EXPECT_FALSE(std::filesystem::exists(root() / "evil.ran"));
}

}  // namespace
}  // namespace plim::index
