#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "index/corpus.hpp"
#include "index/question.hpp"

namespace plim::index {

/// What spoke for a file, strongest first.
enum class Reason : std::uint8_t { words, function, mentioned, defines, path, history };

/// One word, as above.
[[nodiscard]] std::string_view to_string(Reason reason);

/// The constants of ranking. Those of BM25F are near the usual ones; all lie on a plateau that was
/// the same for issues of thirty repositories (docs/benchmarks.md).
struct RankWeights {
  double k1 = 1.6;
  double body = 1, body_norm = 0.75;
  double defs = 3, defs_norm = 0.5;
  double path = 4, path_norm = 0.3;
  double chunk_norm = 0.75;
  double chunk_name = 1.5;  // of the worth of a term that is in a function's name
  // Of a function's score (rank_functions.cpp), fitted on 563 issues of 33 repositories: powers of
  // its file's score, its place among its file's functions and its lines; and by how much, on a
  // logarithmic scale, the words of what is around it count, and those written as code. Faults are
  // spread over lines, so 0.6 finds more of them; but long functions leave no room for others.
  double function_file = 3.6, function_place = -0.5, function_lines = 0.25;
  double function_around = 2, function_names = 1.4;
  // Of the lists, in their fusion by rank.
  double by_words = 2, by_chunk = 1.5, by_mention = 1, by_definition = 1, by_path = 1;
  double by_history = 1.5;
  double rank_offset = 15;
  // A fix of several files stays in a folder: a file gains this share for a neighbour as good as
  // the best one.
  double neighbour = 0.3;
  // What a file's role leaves of its score.
  double test = 0.3, docs = 0.3, generated = 0.4, other = 0.4;
  // A fix makes it anew, so it belongs to the first ten; but it is not where to look.
  double amalgamated = 0.6;
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

/// Ranks what a question is about: at most `depth` files and functions. `commits` are those of the
/// project (commit_corpus.hpp); there may be none.
[[nodiscard]] Ranking rank(const Corpus& corpus, const Corpus& commits, const Question& question,
                           std::size_t depth, const RankWeights& weights = {});

}  // namespace plim::index
