#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <unordered_map>

#include "index/lex.hpp"
#include "index/rank_lists.hpp"

namespace plim::index {
namespace {

constexpr std::size_t max_terms = 128;
constexpr double rare_share = 0.1;         // of the files: what fewer have is a rare word
constexpr double max_postings = 400'000;   // read for one question: some milliseconds
constexpr std::size_t boosted = 1000;      // functions whose names are looked at
constexpr std::uint32_t max_definers = 8;  // a name that more files define points nowhere

double idf(double docs, double with_term) {
  return std::log(1 + (docs - with_term + 0.5) / (with_term + 0.5));
}

// What is to be done says nothing of where.
bool is_an_errand(std::string_view word) {
  constexpr auto errands = std::to_array<std::string_view>(
      {"add",       "broken",     "bug",     "bugs",  "change",  "check",   "clean",    "correct",
       "debug",     "everything", "failing", "fails", "failure", "fix",     "fixes",    "help",
       "implement", "improve",    "make",    "mend",  "please",  "problem", "refactor", "repair",
       "review",    "run",        "test",    "tests", "update",  "write",   "wrong"});
  return std::ranges::contains(errands, word);
}

class TextScorer {
 public:
  TextScorer(const Corpus& corpus, const RankWeights& weights)
      : corpus_(corpus), weights_(weights) {
    const auto& totals = corpus.totals();
    const auto docs = std::max<double>(1, static_cast<double>(totals.docs));
    docs_ = docs;
    average_body_ = std::max(1.0, static_cast<double>(totals.body_terms) / docs);
    average_defs_ = std::max(1.0, static_cast<double>(totals.defs_terms) / docs);
    average_path_ = std::max(1.0, static_cast<double>(totals.path_terms) / docs);
    chunks_ = std::max<double>(1, static_cast<double>(totals.chunks));
    average_chunk_ = std::max(1.0, static_cast<double>(totals.body_terms) / chunks_);
    scores_.docs.resize(corpus.doc_count());
    scores_.chunks.resize(corpus.chunk_count());
    scores_.named.resize(corpus.chunk_count());
    scores_.names.resize(corpus.doc_count());
    scores_.paths.resize(corpus.doc_count());
    scores_.rare.resize(corpus.doc_count());
    weighted_.resize(corpus.doc_count());
  }

  void add(const Question& question) {
    std::vector<Weighed> weighed;
    weighed.reserve(question.terms.size());
    for (const auto& term : question.terms) weigh(term, weighed);
    // A long issue has hundreds of words; the best of them say it all.
    std::ranges::stable_sort(weighed, std::greater(), &Weighed::worth);
    if (weighed.size() > max_terms) weighed.resize(max_terms);
    double postings = 0;
    for (const auto& each : weighed) {
      // In a large project, common words cost the most and say the least.
      postings += each.chunks;
      if (postings > max_postings && each.chunks > max_postings / max_terms) continue;
      add(each);
    }
  }

  TextScores take() && { return std::move(scores_); }

  // A function whose name the question has parts of, by as much as these parts are worth.
  void boost_names() {
    for (const auto chunk : best_of(scores_.chunks, boosted)) {
      double total = 0;
      double parts = 0;
      for_each_term(corpus_.name(chunk), [&](std::string_view term) {
        const auto found = worth_.find(term);
        total += found == worth_.end() ? 0 : found->second;
        parts += 1;
      });
      const double share = weights_.chunk_name * total / (1 + std::sqrt(parts));
      scores_.chunks[chunk] += static_cast<float>(share);
    }
  }

 private:
  struct Weighed {
    const Question::Term* term;
    std::vector<TermEntry> entries;
    double worth = 0;  // weight and rarity
    bool is_rare = false;
    double chunks = 0, definers = 0, paths = 0;
  };

  void weigh(const Question::Term& term, std::vector<Weighed>& into) const {
    Weighed weighed{.term = &term, .entries = corpus_.find(term.text)};
    double with_term = 0;
    for (const auto& entry : weighed.entries) {
      with_term += std::max({entry.body_docs, entry.defs_docs, entry.path_docs});
      weighed.chunks += entry.body_chunks;
      weighed.definers += entry.defs_docs;
      weighed.paths += entry.path_docs;
    }
    if (with_term == 0 || term.weight <= 0) return;
    weighed.worth = term.weight * idf(docs_, with_term);
    weighed.is_rare = !term.is_form && with_term <= docs_ * rare_share && !is_an_errand(term.text);
    into.push_back(std::move(weighed));
  }

  void add(const Weighed& weighed) {
    const auto& term = *weighed.term;
    worth_.emplace(term.text, weighed.worth);
    const double chunk_weight = term.weight * idf(chunks_, weighed.chunks);
    const double path_weight = term.weight * idf(docs_, weighed.paths);
    const bool points = term.is_name && weighed.definers > 0 && weighed.definers <= max_definers;
    const double name_weight = points ? term.weight / weighed.definers : 0;
    for (std::size_t i = 0; i < weighed.entries.size(); ++i) {
      const auto& part = corpus_.parts()[i];
      read_body(weighed.entries[i].body, part, chunk_weight, term.is_name);
      read_defs(weighed.entries[i].defs, part, name_weight);
      read_path(weighed.entries[i].path, part, path_weight);
    }
    flush(weighed.worth, weighed.is_rare);
  }

  void count_in(std::uint32_t doc, double weight) {
    if (weighted_[doc] == 0) touched_.push_back(doc);
    weighted_[doc] += static_cast<float>(weight);
  }

  static double norm(double b, double length, double average) {
    return 1 - b + b * length / average;
  }

  static bool is_dead(const Corpus::Part& part, std::uint32_t doc) {
    return !part.dead.empty() && part.dead[doc];
  }

  // The chunks of a document follow each other: its length is looked up once for all of them.
  void read_body(std::string_view list, const Corpus::Part& part, double chunk_weight,
                 bool is_name) {
    const auto chunks = part.segment.chunks();
    const double per_term = weights_.k1 * weights_.chunk_norm / average_chunk_;
    const double at_least = weights_.k1 * (1 - weights_.chunk_norm);
    constexpr auto none = ~std::uint32_t{0};
    std::uint32_t doc = none;
    double in_doc = 0;
    const auto close = [&] {
      if (doc == none || is_dead(part, doc)) return;
      const double length = part.segment.docs()[doc].body_terms;
      count_in(part.first_doc + doc,
               weights_.body * in_doc / norm(weights_.body_norm, length, average_body_));
    };
    Postings postings(list);
    while (const auto posting = postings.next()) {
      if (posting->id >= chunks.size()) break;
      const auto chunk = part.first_chunk + posting->id;
      const auto at = corpus_.doc_of_chunk(chunk) - part.first_doc;
      if (at != doc) {
        close();
        doc = at;
        in_doc = 0;
      }
      const double count = posting->count;
      in_doc += count;
      if (is_dead(part, doc)) continue;
      const double length = at_least + per_term * chunks[posting->id].terms;
      const auto score = static_cast<float>(chunk_weight * count / (count + length));
      scores_.chunks[chunk] += score;
      if (is_name) scores_.named[chunk] += score;
    }
    close();
  }

  void read_defs(std::string_view list, const Corpus::Part& part, double name_weight) {
    const auto docs = part.segment.docs();
    Postings postings(list);
    while (const auto posting = postings.next()) {
      if (posting->id >= docs.size()) return;
      if (is_dead(part, posting->id)) continue;
      const auto doc = part.first_doc + posting->id;
      const double length = norm(weights_.defs_norm, docs[posting->id].defs_terms, average_defs_);
      count_in(doc, weights_.defs * posting->count / length);
      scores_.names[doc] += static_cast<float>(name_weight);
    }
  }

  void read_path(std::string_view list, const Corpus::Part& part, double path_weight) {
    const auto docs = part.segment.docs();
    Postings postings(list);
    while (const auto posting = postings.next()) {
      if (posting->id >= docs.size()) return;
      if (is_dead(part, posting->id)) continue;
      const auto doc = part.first_doc + posting->id;
      const double length = norm(weights_.path_norm, docs[posting->id].path_terms, average_path_);
      count_in(doc, weights_.path * posting->count / length);
      scores_.paths[doc] += static_cast<float>(path_weight / length);
    }
  }

  void flush(double weight, bool is_rare) {
    for (const auto doc : touched_) {
      scores_.rare[doc] += is_rare ? 1 : 0;
      const double frequency = weighted_[doc];
      scores_.docs[doc] += static_cast<float>(weight * frequency / (frequency + weights_.k1));
      weighted_[doc] = 0;
    }
    touched_.clear();
  }

  const Corpus& corpus_;
  const RankWeights& weights_;
  double docs_, chunks_, average_body_, average_defs_, average_path_, average_chunk_;
  TextScores scores_;
  std::unordered_map<std::string_view, double> worth_;  // by term: its weight in full
  Scores weighted_;                                     // of the term at hand, by document
  std::vector<std::uint32_t> touched_;
};

}  // namespace

TextScores score_text(const Corpus& corpus, const Question& question, const RankWeights& weights) {
  TextScorer scorer(corpus, weights);
  scorer.add(question);
  scorer.boost_names();
  return std::move(scorer).take();
}

Scores best_chunks(const Corpus& corpus, const Scores& chunks) {
  Scores docs(corpus.doc_count());
  std::array<float, 3> best{};
  const auto flush = [&](std::uint32_t doc) {
    docs[doc] = best[0] + best[1] / 2 + best[2] / 3;
    best = {};
  };
  for (std::uint32_t chunk = 0; chunk < chunks.size(); ++chunk) {
    if (chunk > 0 && corpus.is_outside(chunk)) flush(corpus.doc_of_chunk(chunk - 1));
    float score = chunks[chunk];
    for (auto& place : best) {
      if (score > place) std::swap(score, place);
    }
  }
  if (!chunks.empty()) flush(corpus.doc_of_chunk(static_cast<std::uint32_t>(chunks.size() - 1)));
  return docs;
}

}  // namespace plim::index
