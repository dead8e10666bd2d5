#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "index/corpus.hpp"
#include "index/question.hpp"

namespace plim::index {

/// What spoke for a file, strongest first.
enum class Reason : std::uint8_t { words, function, mentioned, defines, path };

/// One word, as above.
[[nodiscard]] std::string_view to_string(Reason reason);

/// The constants of ranking. Those of BM25F are the usual ones; the others were set on half of a
/// set of real issues and tried on the other half (docs/retrieval.md).
struct RankWeights {
  double k1 = 1.2;
  double body = 1, body_norm = 0.75;
  double defs = 3, defs_norm = 0.5;
  double path = 4, path_norm = 0.3;
  double chunk_norm = 0.75;
  double chunk_name = 0.5;  // of the worth of a term that is in a function's name
  // Of the lists, in their fusion by rank.
  double by_words = 2, by_chunk = 1.5, by_mention = 1, by_definition = 1, by_path = 1;
  double rank_offset = 20;
  // What a file's role leaves of its score.
  double test = 0.3, docs = 0.3, generated = 0.4, other = 0.4;
};

struct RankedFile {
  std::uint32_t doc = 0;
  double score = 0;
  Reason reason = Reason::words;
};

struct RankedChunk {
  std::uint32_t chunk = 0;
  double score = 0;
};

struct Ranking {
  std::vector<RankedFile> files;    ///< Best first.
  std::vector<RankedChunk> chunks;  ///< Functions, best first.
  int rare_words = 0;     ///< Of the question: those that few files have, and one of the best does.
  bool is_named = false;  ///< It names a place, or something that few files define.
};

/// Ranks what a question is about: at most `depth` files and functions.
[[nodiscard]] Ranking rank(const Corpus& corpus, const Question& question, std::size_t depth,
                           const RankWeights& weights = {});

}  // namespace plim::index
