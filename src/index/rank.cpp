#include "index/rank.hpp"

#include <algorithm>

#include "index/rank_lists.hpp"

namespace plim::index {
namespace {

constexpr std::size_t list_depth = 200;

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

  std::vector<RankedFile> take(const Question& question, std::size_t depth) && {
    for (std::uint32_t doc = 0; doc < scores_.size(); ++doc) {
      if (scores_[doc] == 0) continue;
      scores_[doc] *= static_cast<float>(corpus_.is_dead(doc) ? 0 : kept(question, doc));
    }
    std::vector<RankedFile> files;
    for (const auto doc : best_of(scores_, depth)) {
      files.push_back({doc, scores_[doc], reasons_[doc]});
    }
    return files;
  }

 private:
  [[nodiscard]] double kept(const Question& question, std::uint32_t doc) const {
    switch (corpus_.doc(doc).role) {
      case Role::source:
        return 1;
      case Role::test:
        return question.about_tests ? 1 : weights_.test;
      case Role::docs:
        return question.about_docs ? 1 : weights_.docs;
      case Role::generated:
        return weights_.generated;
      case Role::other:
        return weights_.other;
    }
    return 1;
  }

  const Corpus& corpus_;
  const RankWeights& weights_;
  Scores scores_, strongest_;
  std::vector<Reason> reasons_;
};

// Functions by their own words and by their file's place.
std::vector<RankedChunk> rank_chunks(const Corpus& corpus, const std::vector<RankedFile>& files,
                                     const Scores& chunks, std::size_t depth) {
  Scores file_scores(corpus.doc_count());
  for (const auto& file : files) file_scores[file.doc] = static_cast<float>(file.score);
  Scores scores(chunks.size());
  for (std::uint32_t chunk = 0; chunk < chunks.size(); ++chunk) {
    if (chunks[chunk] == 0 || corpus.chunk(chunk).kind() != SymbolKind::function) continue;
    scores[chunk] = chunks[chunk] * file_scores[corpus.doc_of_chunk(chunk)];
  }
  std::vector<RankedChunk> ranked;
  for (const auto chunk : best_of(scores, depth)) ranked.push_back({chunk, scores[chunk]});
  return ranked;
}

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
  }
  return "words";
}

std::vector<std::uint32_t> best_of(const Scores& scores, std::size_t depth) {
  std::vector<std::uint32_t> order;
  for (std::uint32_t i = 0; i < scores.size(); ++i) {
    if (scores[i] > 0) order.push_back(i);
  }
  const auto middle = order.begin() + static_cast<std::ptrdiff_t>(std::min(depth, order.size()));
  std::ranges::partial_sort(order, middle, [&](std::uint32_t a, std::uint32_t b) {
    return scores[a] != scores[b] ? scores[a] > scores[b] : a < b;
  });
  order.erase(middle, order.end());
  return order;
}

std::vector<std::string> paths_of_best(const Corpus& corpus, const Scores& scores,
                                       std::size_t depth) {
  std::vector<std::string> paths;
  for (const auto doc : best_of(scores, depth)) paths.emplace_back(corpus.path(doc));
  return paths;
}

Ranking rank(const Corpus& corpus, const Question& question, std::size_t depth,
             const RankWeights& weights) {
  const auto text = score_text(corpus, question, weights);
  Fusion fusion(corpus, weights);
  fusion.add(text.docs, weights.by_words, Reason::words);
  fusion.add(best_chunks(corpus, text.chunks), weights.by_chunk, Reason::function);
  const auto mentions = score_mentions(corpus, question);
  fusion.add(mentions, weights.by_mention, Reason::mentioned);
  fusion.add(text.names, weights.by_definition, Reason::defines);
  fusion.add(text.paths, weights.by_path, Reason::path);
  Ranking ranking;
  const auto says = [](float score) { return score > 0; };
  ranking.is_named = std::ranges::any_of(mentions, says) || std::ranges::any_of(text.names, says);
  ranking.files = std::move(fusion).take(question, std::max(depth, list_depth));
  ranking.chunks = rank_chunks(corpus, ranking.files, text.chunks, depth);
  constexpr std::size_t best = 3;
  for (std::size_t i = 0; i < std::min(best, ranking.files.size()); ++i) {
    const auto rare = static_cast<int>(text.rare[ranking.files[i].doc]);
    ranking.rare_words = std::max(ranking.rare_words, rare);
  }
  if (ranking.files.size() > depth) ranking.files.resize(depth);
  return ranking;
}

}  // namespace plim::index
