// The lists that ranking fuses: each says on its own which files a question is about.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "index/corpus.hpp"
#include "index/question.hpp"
#include "index/rank.hpp"

namespace plim::index {

/// Scores by document or by chunk; 0 is "says nothing".
using Scores = std::vector<float>;

struct TextScores {
  Scores docs;    ///< BM25F over body, definitions and path.
  Scores chunks;  ///< BM25 over each chunk's own text.
  Scores named;   ///< By chunk: of that, what is for words that are written as code.
  Scores names;   ///< By document: names in the question that it defines, rare ones most.
  Scores paths;   ///< By document: words in the question that its path has.
  Scores rare;    ///< By document: how many of the question's words that are rare here it has.
};

[[nodiscard]] TextScores score_text(const Corpus& corpus, const Question& question,
                                    const RankWeights& weights);

/// By document: its best three chunks, the second for a half, the third for a third.
[[nodiscard]] Scores best_chunks(const Corpus& corpus, const Scores& chunks);

/// By document: what the question names by path, module or stack frame.
[[nodiscard]] Scores score_mentions(const Corpus& corpus, const Question& question);

/// By document: whether it was changed by those of `commits` (commit_corpus.hpp) whose messages are
/// most like the question.
[[nodiscard]] Scores score_history(const Corpus& corpus, const Corpus& commits,
                                   const Question& question, const RankWeights& weights);

/// The numbers of the best `depth` scores above 0, best first; equal ones by number.
[[nodiscard]] std::vector<std::uint32_t> best_of(const Scores& scores, std::size_t depth);

/// Functions of `files`, whose scores they share in; `text` is of the same question.
[[nodiscard]] std::vector<RankedChunk> rank_functions(const Corpus& corpus,
                                                      const std::vector<RankedFile>& files,
                                                      const TextScores& text, std::size_t depth,
                                                      const RankWeights& weights);

/// The paths of the best documents.
[[nodiscard]] std::vector<std::string> paths_of_best(const Corpus& corpus, const Scores& scores,
                                                     std::size_t depth);

}  // namespace plim::index
