#include <algorithm>
#include <span>
#include <string>

#include "index/lex.hpp"
#include "index/rank_lists.hpp"

namespace plim::index {
namespace {

struct SplitPath {
  std::vector<std::string> parts;  // folded; the last without extension
  std::string extension;
};

SplitPath split_path(std::string_view path) {
  SplitPath split;
  const auto slash = path.rfind('/');
  const auto dot = path.rfind('.');
  if (dot != std::string_view::npos && (slash == std::string_view::npos || dot > slash + 1)) {
    split.extension = Folded(path.substr(dot + 1)).view();
    path = path.substr(0, dot);
  }
  while (!path.empty()) {
    const auto end = std::min(path.find('/'), path.size());
    split.parts.emplace_back(Folded(path.substr(0, end)).view());
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return split;
}

std::size_t common_suffix(std::span<const std::string> a, std::span<const std::string> b) {
  std::size_t same = 0;
  while (same < a.size() && same < b.size() && a[a.size() - 1 - same] == b[b.size() - 1 - same]) {
    ++same;
  }
  return same;
}

bool is_folder_itself(std::string_view stem) {
  return stem == "__init__" || stem == "mod" || stem == "index" || stem == "lib";
}

// `net::url::parse` is in net/url.cpp: some beginning of the mention is some end of the path.
// Returns how many parts agree.
std::size_t module_match(std::span<const std::string> mention, std::span<const std::string> path) {
  if (mention.size() == 1) return common_suffix(mention, path);  // `Makefile`, a frame's `conftest`
  if (!path.empty() && is_folder_itself(path.back())) path = path.first(path.size() - 1);
  std::size_t best = 0;
  for (std::size_t size = mention.size(); size >= 2; --size) {
    best = std::max(best, common_suffix(mention.first(size), path) == size ? size : 0);
  }
  if (best > 0 || path.empty()) return best;
  // `fmt::format_to`: the first part is often the project's own name and no folder.
  for (std::size_t size = mention.size(); size >= 3; --size) {
    if (common_suffix(mention.subspan(1, size - 1), path) == size - 1) return size - 1;
  }
  return 0;
}

// The longest word of a part: what the fewest paths have.
std::string rarest_term(std::string_view part) {
  std::string term;
  for_each_term(part, [&](std::string_view found) {
    if (found.size() > term.size()) term = found;
  });
  return term;
}

// Calls `sink(doc)` with each living document whose path has `term`.
template <class Sink>
void for_each_path_with(const Corpus& corpus, std::string_view term, Sink&& sink) {
  const auto entries = corpus.find(term);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const auto& part = corpus.parts()[i];
    Postings postings(entries[i].path);
    while (const auto posting = postings.next()) {
      if (posting->id >= part.segment.docs().size()) break;
      const auto doc = part.first_doc + posting->id;
      if (!corpus.is_dead(doc)) sink(doc);
    }
  }
}

class MentionScorer {
 public:
  MentionScorer(const Corpus& corpus, Scores& scores) : corpus_(corpus), scores_(scores) {}

  void add(const Mention& mention, double weight) {
    matches_.clear();
    best_ = 0;
    // Only files whose path has the word that every match has can match: of `a::b::c` that is b.
    const bool is_module = mention.extension.empty() && mention.parts.size() > 1;
    look_up(is_module ? mention.parts[1] : mention.parts.back(), mention);
    std::ranges::sort(matches_);
    const auto [last, end] = std::ranges::unique(matches_);
    matches_.erase(last, end);
    std::erase_if(matches_, [&](const auto& match) { return match.second < best_; });
    if (matches_.size() > max_matches) return;
    // A bare name such as `main.c` or `conf.py` may well be the asker's own file.
    if (best_ == 1) weight /= 2;
    for (const auto& [doc, agreed] : matches_) {
      scores_[doc] += static_cast<float>(weight / static_cast<double>(matches_.size()));
    }
  }

 private:
  static constexpr std::size_t max_matches = 8;

  void look_up(std::string_view part, const Mention& mention) {
    const auto term = rarest_term(part);
    if (term.empty()) return;
    for_each_path_with(corpus_, term, [&](std::uint32_t doc) { consider(doc, mention); });
  }

  void consider(std::uint32_t doc, const Mention& mention) {
    const auto path = split_path(corpus_.path(doc));
    std::size_t agreed = 0;
    if (mention.extension.empty()) {
      agreed = module_match(mention.parts, path.parts);
    } else if (mention.extension == path.extension) {
      agreed = common_suffix(mention.parts, path.parts);
    }
    if (agreed == 0) return;
    best_ = std::max(best_, agreed);
    matches_.emplace_back(doc, agreed);
  }

  const Corpus& corpus_;
  Scores& scores_;
  std::vector<std::pair<std::uint32_t, std::size_t>> matches_;
  std::size_t best_ = 0;
};

}  // namespace

Scores score_mentions(const Corpus& corpus, const Question& question) {
  Scores scores(corpus.doc_count());
  MentionScorer scorer(corpus, scores);
  const Mention* innermost = nullptr;  // of a trace: the last frame is where it happened
  for (const auto& mention : question.mentions) {
    scorer.add(mention, mention.weight);
    if (!mention.function.empty()) innermost = &mention;
  }
  if (innermost != nullptr) scorer.add(*innermost, innermost->weight);
  return scores;
}

}  // namespace plim::index
