#include <algorithm>
#include <cmath>
#include <string_view>
#include <unordered_map>

#include "index/rank_lists.hpp"

namespace plim::index {
namespace {

constexpr std::size_t most_commits = 60;  // that have a say

// A message is short: a title's words, which weigh most, may not be all that it is asked for.
Question flattened(const Question& question) {
  Question flat{.terms = question.terms};
  for (auto& term : flat.terms) term.weight = std::sqrt(std::max(0.0, term.weight));
  return flat;
}

}  // namespace

// The square: one commit that is much alike says more than several that are a little.
Scores score_history(const Corpus& corpus, const Corpus& commits, const Question& question,
                     const RankWeights& weights) {
  Scores docs(corpus.doc_count());
  if (commits.doc_count() == 0) return docs;
  auto messages_alone = weights;
  messages_alone.path = 0;
  const auto likeness = score_text(commits, flattened(question), messages_alone).docs;
  std::unordered_map<std::string_view, double> changed;
  for (const auto commit : best_of(likeness, most_commits)) {
    auto files = commits.path(commit);
    const auto count = 1 + std::ranges::count(files, '\n');
    const double share = std::pow(likeness[commit], 2) / std::sqrt(static_cast<double>(count));
    while (!files.empty()) {
      const auto file = files.substr(0, files.find('\n'));
      files.remove_prefix(std::min(file.size() + 1, files.size()));
      changed[file] += share;
    }
  }
  for (std::uint32_t doc = 0; doc < docs.size(); ++doc) {
    const auto found = changed.find(corpus.path(doc));
    if (found != changed.end()) docs[doc] = static_cast<float>(found->second);
  }
  return docs;
}

}  // namespace plim::index
