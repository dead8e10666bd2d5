#include "index/rank.hpp"

#include <algorithm>
#include <optional>
#include <unordered_map>

#include "index/path_parts.hpp"
#include "index/rank_lists.hpp"

namespace plim::index {
namespace {

constexpr std::size_t list_depth = 200;
constexpr std::size_t neighbourhood = 20;  // files that lift those in their folders

class Fusion {
 public:
  Fusion(const Corpus& corpus, const RankWeights& weights)
      : corpus_(corpus),
        weights_(weights),
        scores_(corpus.doc_count()),
        strongest_(corpus.doc_count()),
        reasons_(corpus.doc_count()) {}

  void add(const Scores& list, double weight, Reason reason) {
    double rank = 1;
    for (const auto doc : best_of(list, list_depth)) {
      const auto share = static_cast<float>(weight / (weights_.rank_offset + rank));
      scores_[doc] += share;
      if (share > strongest_[doc]) reasons_[doc] = reason;
      strongest_[doc] = std::max(strongest_[doc], share);
      rank += 1;
    }
  }

  // Whatever else is added, the file that is now the first stays it: past commits find the rest of
  // a fix, and have been seen to mislead about its beginning.
  void hold_first(const Question& question) {
    float most = 0;
    for (std::uint32_t doc = 0; doc < scores_.size(); ++doc) {
      if (scores_[doc] <= most) continue;
      const float score = scores_[doc] * kept(question, doc);
      if (score > most) first_ = doc;
      most = std::max(most, score);
    }
  }

  std::vector<RankedFile> take(const Question& question, std::size_t depth) && {
    float most = 0;
    for (std::uint32_t doc = 0; doc < scores_.size(); ++doc) {
      if (scores_[doc] == 0) continue;
      scores_[doc] *= kept(question, doc);
      most = std::max(most, scores_[doc]);
    }
    if (first_) scores_[*first_] = std::max(scores_[*first_], most * 1.0001F);
    lift_neighbours();
    std::vector<RankedFile> files;
    for (const auto doc : best_of(scores_, depth)) {
      files.push_back({doc, scores_[doc], reasons_[doc]});
    }
    return files;
  }

 private:
  struct Neighbours {
    float best = 0, second = 0;
  };

  // Files next to a good one gain, and may change places; but the first stays the first, for this
  // finds the rest of a fix.
  void lift_neighbours() {
    const auto best = best_of(scores_, neighbourhood);
    if (best.empty()) return;
    std::unordered_map<std::string_view, Neighbours> folders;
    for (const auto doc : best) {  // in order of score
      auto& there = folders[folder_of(corpus_.path(doc))];
      if (there.best == 0) {
        there.best = scores_[doc];
      } else {
        there.second = std::max(there.second, scores_[doc]);
      }
    }
    const float most = scores_[best.front()];
    float highest = most;
    for (std::uint32_t doc = 0; doc < scores_.size(); ++doc) {
      if (scores_[doc] == 0 || doc == best.front()) continue;
      const auto found = folders.find(folder_of(corpus_.path(doc)));
      if (found == folders.end()) continue;
      const auto& there = found->second;
      const float neighbour = scores_[doc] == there.best ? there.second : there.best;
      scores_[doc] *= static_cast<float>(1 + weights_.neighbour * neighbour / most);
      highest = std::max(highest, scores_[doc]);
    }
    scores_[best.front()] = highest * 1.0001F;
  }

  [[nodiscard]] float kept(const Question& question, std::uint32_t doc) const {
    return corpus_.is_dead(doc) ? 0 : static_cast<float>(role_keeps(question, doc));
  }

  [[nodiscard]] double role_keeps(const Question& question, std::uint32_t doc) const {
    switch (corpus_.doc(doc).role) {
      case Role::source:
        return 1;
      case Role::test:
        return question.about_tests ? 1 : weights_.test;
      case Role::docs:
        return question.about_docs ? 1 : weights_.docs;
      case Role::generated:
        return is_amalgamation(corpus_.path(doc)) ? weights_.amalgamated : weights_.generated;
      case Role::other:
        return weights_.other;
    }
    return 1;
  }

  const Corpus& corpus_;
  const RankWeights& weights_;
  Scores scores_, strongest_;
  std::vector<Reason> reasons_;
  std::optional<std::uint32_t> first_;
};

}  // namespace

std::string_view to_string(Reason reason) {
  switch (reason) {
    case Reason::words:
      return "words";
    case Reason::function:
      return "function";
    case Reason::mentioned:
      return "mentioned";
    case Reason::defines:
      return "defines";
    case Reason::path:
      return "path";
    case Reason::history:
      return "history";
  }
  return "words";
}

std::vector<std::uint32_t> best_of(const Scores& scores, std::size_t depth) {
  const auto better = [&](std::uint32_t a, std::uint32_t b) {
    return scores[a] != scores[b] ? scores[a] > scores[b] : a < b;
  };
  std::vector<std::uint32_t> best;  // a heap, the worst on top, once it is full
  for (std::uint32_t i = 0; i < scores.size(); ++i) {
    if (scores[i] <= 0) continue;
    if (best.size() < depth) {
      best.push_back(i);
      if (best.size() == depth) std::ranges::make_heap(best, better);
    } else if (depth > 0 && scores[i] > scores[best.front()]) {
      std::ranges::pop_heap(best, better);
      best.back() = i;
      std::ranges::push_heap(best, better);
    }
  }
  std::ranges::sort(best, better);
  return best;
}

std::vector<std::string> paths_of_best(const Corpus& corpus, const Scores& scores,
                                       std::size_t depth) {
  std::vector<std::string> paths;
  for (const auto doc : best_of(scores, depth)) paths.emplace_back(corpus.path(doc));
  return paths;
}

Ranking rank(const Corpus& corpus, const Corpus& commits, const Question& question,
             std::size_t depth, const RankWeights& weights) {
  const auto text = score_text(corpus, question, weights);
  Fusion fusion(corpus, weights);
  fusion.add(text.docs, weights.by_words, Reason::words);
  fusion.add(best_chunks(corpus, text.chunks), weights.by_chunk, Reason::function);
  const auto mentions = score_mentions(corpus, question);
  fusion.add(mentions, weights.by_mention, Reason::mentioned);
  fusion.add(text.names, weights.by_definition, Reason::defines);
  fusion.add(text.paths, weights.by_path, Reason::path);
  fusion.hold_first(question);
  fusion.add(score_history(corpus, commits, question, weights), weights.by_history,
             Reason::history);
  Ranking ranking;
  const auto says = [](float score) { return score > 0; };
  ranking.is_named = std::ranges::any_of(mentions, says) || std::ranges::any_of(text.names, says);
  ranking.files = std::move(fusion).take(question, std::max(depth, list_depth));
  constexpr std::size_t best = 3;
  for (std::size_t i = 0; i < std::min(best, ranking.files.size()); ++i) {
    const auto rare = static_cast<int>(text.rare[ranking.files[i].doc]);
    ranking.rare_words = std::max(ranking.rare_words, rare);
  }
  ranking.chunks = rank_functions(corpus, ranking.files, text, depth, weights);
  if (ranking.files.size() > depth) ranking.files.resize(depth);
  return ranking;
}

}  // namespace plim::index
