#include <algorithm>
#include <cmath>
#include <functional>

#include "index/rank_lists.hpp"

namespace plim::index {
namespace {

float largest_of(const Scores& scores) {
  return scores.empty() ? 0 : std::max(std::ranges::max(scores), 1e-9F);
}

class FunctionRanker {
 public:
  FunctionRanker(const Corpus& corpus, const TextScores& text, const RankWeights& weights)
      : corpus_(corpus),
        text_(text),
        weights_(weights),
        most_(largest_of(text.chunks)),
        most_named_(largest_of(text.named)),
        scores_(text.chunks.size()) {}

  /// `share`: of the best file's score.
  void add(std::uint32_t doc, double share) {
    collect(doc);
    const double of_file = std::pow(share, weights_.function_file);
    double place = 1;
    for (const auto& function : functions_) {
      const auto chunk = function.chunk;
      scores_[chunk] = static_cast<float>(
          text_.chunks[chunk] * of_file * std::pow(place, weights_.function_place) *
          std::pow(lines_of(chunk), weights_.function_lines) * std::exp(context_of(function)));
      place += 1;
    }
  }

  [[nodiscard]] const Scores& scores() const { return scores_; }

 private:
  struct Function {
    std::uint32_t chunk = 0;
    std::uint32_t around = 0;  // the type it is in, or what is outside of all
  };

  [[nodiscard]] double lines_of(std::uint32_t chunk) const {
    const auto& record = corpus_.chunk(chunk);
    return record.last_line() - record.first_line() + 2.0;  // even one line is some length
  }

  [[nodiscard]] double context_of(const Function& function) const {
    return weights_.function_around * text_.chunks[function.around] / most_ +
           weights_.function_names * text_.named[function.chunk] / most_named_;
  }

  // The document's functions that say something, by their own words, best first.
  void collect(std::uint32_t doc) {
    functions_.clear();
    types_ = {corpus_.first_chunk(doc)};
    for (auto chunk = types_.front() + 1;
         chunk < scores_.size() && corpus_.doc_of_chunk(chunk) == doc; ++chunk) {
      const auto& record = corpus_.chunk(chunk);
      while (types_.size() > 1 && corpus_.chunk(types_.back()).last_line() < record.last_line()) {
        types_.pop_back();
      }
      if (record.kind() != SymbolKind::function) {
        types_.push_back(chunk);
      } else if (text_.chunks[chunk] > 0) {
        functions_.push_back({chunk, types_.back()});
      }
    }
    std::ranges::stable_sort(functions_, std::greater(),
                             [&](const Function& each) { return text_.chunks[each.chunk]; });
  }

  const Corpus& corpus_;
  const TextScores& text_;
  const RankWeights& weights_;
  float most_, most_named_;
  Scores scores_;
  std::vector<Function> functions_;
  std::vector<std::uint32_t> types_;  // those that are open, the innermost last
};

}  // namespace

std::vector<RankedChunk> rank_functions(const Corpus& corpus, const std::vector<RankedFile>& files,
                                        const TextScores& text, std::size_t depth,
                                        const RankWeights& weights) {
  FunctionRanker ranker(corpus, text, weights);
  for (const auto& file : files) ranker.add(file.doc, file.score / files.front().score);
  std::vector<RankedChunk> ranked;
  for (const auto chunk : best_of(ranker.scores(), depth)) {
    ranked.push_back({chunk, ranker.scores()[chunk]});
  }
  return ranked;
}

}  // namespace plim::index
