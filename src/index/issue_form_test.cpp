#include "index/issue_form.hpp"

#include <gtest/gtest.h>

#include "index/question.hpp"

namespace plim::index {
namespace {

double weight_of(const Question& question, std::string_view word) {
  for (const auto& term : question.terms) {
    if (term.text == word) return term.weight;
  }
  return 0;
}

TEST(IssueForm, KnowsNeighboursOfOneLineWhateverTheirCase) {
  IssueForm form;
  EXPECT_FALSE(form.has("steps", "to"));
  form.add("**Steps to reproduce**\nExpected behaviour:\n");
  EXPECT_TRUE(form.has("steps", "to"));
  EXPECT_TRUE(form.has("To", "Reproduce"));
  EXPECT_FALSE(form.has("reproduce", "Expected"));
  EXPECT_FALSE(form.has("to", "steps"));
}

TEST(IssueForm, IsReadFromThePath) {
  EXPECT_TRUE(is_issue_form(".github/ISSUE_TEMPLATE/1_bug.yml"));
  EXPECT_TRUE(is_issue_form("ISSUE_TEMPLATE.md"));
  EXPECT_TRUE(is_issue_form(".gitlab/issue_templates/Bug.md"));
  EXPECT_FALSE(is_issue_form("src/templates/issue.html"));
}

TEST(IssueForm, LowersWhatATaskRepeatsButNotItsTitle) {
  IssueForm form;
  form.add("paste the verbose output here");
  const Query query{.task = "verbose output is lost\npaste the verbose output here\nsocket closed"};
  const auto with = read_question(query, form);
  const auto without = read_question(query);
  EXPECT_LT(weight_of(with, "paste"), weight_of(without, "paste"));
  EXPECT_EQ(weight_of(with, "verbose"), weight_of(without, "verbose"));
  EXPECT_EQ(weight_of(with, "socket"), weight_of(without, "socket"));
}

TEST(IssueForm, LeavesAWordItsWorthWhereItStandsWithOthers) {
  IssueForm form;
  form.add("the output of your command");
  const auto question =
      read_question({.task = "title\nthe output of your command\nlate output arrives"}, form);
  EXPECT_GT(weight_of(question, "output"), weight_of(question, "command"));
}

}  // namespace
}  // namespace plim::index
