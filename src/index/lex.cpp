#include "index/lex.hpp"

namespace plim::index {
namespace {

// Words of nearly every file, in code or in English; sorted. They cost postings and decide nothing.
constexpr auto noise = std::to_array<std::string_view>({
    "about",  "after", "all",     "also", "am",     "an",    "and",    "any",     "are",   "as",
    "at",     "be",    "because", "been", "before", "being", "but",    "by",      "can",   "cannot",
    "class",  "const", "could",   "def",  "did",    "do",    "does",   "doesn",   "don",   "else",
    "false",  "for",   "from",    "had",  "has",    "have",  "how",    "however", "if",    "in",
    "int",    "into",  "is",      "isn",  "it",     "its",   "just",   "let",     "like",  "may",
    "more",   "my",    "no",      "none", "not",    "now",   "null",   "of",      "on",    "only",
    "or",     "other", "our",     "out",  "return", "self",  "should", "since",   "so",    "some",
    "static", "such",  "than",    "that", "the",    "their", "them",   "then",    "there", "these",
    "they",   "this",  "those",   "to",   "too",    "true",  "using",  "var",     "very",  "void",
    "was",    "we",    "were",    "what", "when",   "where", "which",  "while",   "who",   "why",
    "will",   "with",  "would",   "you",  "your",
});
static_assert(std::ranges::is_sorted(noise));

// Per first letter, the lengths that noise words have: most words are told apart by this alone.
constexpr std::array<std::uint16_t, 256> make_lengths() {
  std::array<std::uint16_t, 256> lengths{};
  for (const auto word : noise) {
    auto& mask = lengths[static_cast<unsigned char>(word.front())];
    mask = static_cast<std::uint16_t>(mask | (1U << word.size()));
  }
  return lengths;
}
constexpr auto noise_lengths = make_lengths();

}  // namespace

bool is_noise(std::string_view folded) {
  if (folded.size() < 2) return true;
  const char first = folded.front();
  // Error codes and versions are worth finding; tables of numbers and hashes are not.
  if (first >= '0' && first <= '9') return folded.size() > 5;
  if (folded.size() > 15) return false;
  const auto lengths = noise_lengths[static_cast<unsigned char>(first)];
  if ((lengths >> folded.size() & 1U) == 0) return false;
  return std::ranges::binary_search(noise, folded);
}

}  // namespace plim::index
