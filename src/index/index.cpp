#include "index/index.hpp"

#include <algorithm>
#include <optional>
#include <thread>
#include <unordered_map>
#include <utility>

#include "index/commit_corpus.hpp"
#include "index/lex.hpp"
#include "index/rank_lists.hpp"
#include "index/read_files.hpp"
#include "index/segment_merge.hpp"
#include "index/store.hpp"
#include "index/sweep.hpp"

namespace plim::index {
namespace {

constexpr double max_amendment = 0.1;   // of the base's documents; then both become one
constexpr std::ptrdiff_t max_dead = 4;  // living documents of an amendment for each dead one kept

}  // namespace

struct Index::State {
  IndexOptions options;
  sys::Directory root;
  std::optional<Store> store;
  std::uint64_t kept_base = 0;  // of the base in the store, as far as we know
  std::optional<Segment> base, amendment;
  std::vector<bool> dead_in_base, dead_in_amendment;
  Corpus corpus, commits;
  IssueForm form;
  Health health;
  std::size_t failed_reads = 0;

  Result<void> refresh(const std::stop_token& stop);
  std::vector<const SweptFile*> changed(const Sweep& found);
  Result<void> take_in(std::span<const SweptFile* const> files, const std::stop_token& stop);
  void keep();
  void make_corpus(const Sweep& found);
  void read_form();
};

// What differs from what is known. Marks as dead what is gone or differs.
std::vector<const SweptFile*> Index::State::changed(const Sweep& found) {
  std::unordered_map<std::string_view, const SweptFile*> fresh;
  fresh.reserve(found.files.size());
  for (const auto& file : found.files) fresh.emplace(file.path, &file);
  const auto mark = [&](const std::optional<Segment>& segment, std::vector<bool>& dead) {
    if (!segment) return;
    const auto docs = segment->docs();
    dead.assign(docs.size(), false);
    for (std::size_t i = 0; i < docs.size(); ++i) {
      const auto there = fresh.find(segment->path(docs[i]));
      const bool is_known = there != fresh.end() && there->second->version == docs[i].version;
      dead[i] = !is_known;
      if (is_known) fresh.erase(there);
    }
  };
  mark(amendment, dead_in_amendment);
  mark(base, dead_in_base);
  std::vector<const SweptFile*> rest;
  rest.reserve(fresh.size());
  for (const auto& [path, file] : fresh) rest.push_back(file);
  std::ranges::sort(rest, {}, [](const SweptFile* file) { return std::string_view(file->path); });
  return rest;
}

// Reads `files` and makes them part of the amendment, or of a new base once that is large.
Result<void> Index::State::take_in(std::span<const SweptFile* const> files,
                                   const std::stop_token& stop) {
  const auto parts_read = read_files(root, files, options.limits, stop);
  if (stop.stop_requested()) return fail(Errc::cancelled, "stopped");
  failed_reads = 0;
  std::vector<Segment> fresh;
  for (const auto& part : parts_read) {
    failed_reads += part.unreadable;
    fresh.push_back(TRY(Segment::open(part.segment)));
  }
  const auto kept = std::ranges::count(dead_in_amendment, false);
  const auto amended = static_cast<double>(kept) + static_cast<double>(files.size());
  const bool amends = base && amended <= static_cast<double>(base->docs().size()) * max_amendment;

  std::vector<MergePart> parts;
  if (base && !amends) parts.push_back({&*base, dead_in_base});
  // A few dead ones may stay in an amendment: then all that it has is taken as it is.
  const auto dead_there = std::ranges::count(dead_in_amendment, true);
  const bool keeps_dead = amends && amendment && dead_there * max_dead <= kept;
  const auto left_out = keeps_dead ? std::vector<bool>() : dead_in_amendment;
  if (amendment) parts.push_back({&*amendment, left_out});
  for (const auto& segment : fresh) parts.push_back({&segment, {}});
  auto merged = parts.size() == 1 && !amends
                    ? std::move(fresh.front())
                    : TRY(Segment::open(merge_segments(parts, amends ? base->id() : 0)));
  auto& dead = amends ? dead_in_amendment : dead_in_base;
  if (!keeps_dead) dead.clear();
  dead.resize(merged.docs().size(), false);
  if (!amends) {
    amendment.reset();
    dead_in_amendment.clear();
  }
  (amends ? amendment : base) = std::move(merged);
  return {};
}

void Index::State::keep() {
  if (!store || !base) return;
  // A full disk or a read-only home costs the next start some time, and is no error.
  if (store->save(*base, amendment ? &*amendment : nullptr, kept_base)) kept_base = base->id();
}

void Index::State::make_corpus(const Sweep& found) {
  corpus = {};
  if (base) corpus.add(*base, dead_in_base);
  if (amendment) corpus.add(*amendment, dead_in_amendment);
  health = {.unreadable = found.unreadable + failed_reads, .incomplete = found.cut};
  for (std::uint32_t number = 0; number < corpus.doc_count(); ++number) {
    if (corpus.is_dead(number)) continue;
    const auto& doc = corpus.doc(number);
    ++health.files;
    const bool is_binary = (doc.flags & doc_is_binary) != 0;
    health.binary += is_binary ? 1 : 0;
    health.cut += (doc.flags & doc_is_cut) != 0 ? 1 : 0;
    if (is_binary || !is_code(doc.language)) continue;
    health.by_grammar += doc.symbols == SymbolSource::grammar ? 1 : 0;
    health.by_scanner += doc.symbols == SymbolSource::scanner ? 1 : 0;
    health.too_slow += doc.symbols == SymbolSource::fallback ? 1 : 0;
  }
}

void Index::State::read_form() {
  constexpr std::size_t most_forms = 16;
  constexpr std::uint64_t most_bytes = 1U << 16U;
  form = {};
  std::size_t forms = 0;
  for (std::uint32_t doc = 0; doc < corpus.doc_count() && forms < most_forms; ++doc) {
    if (corpus.is_dead(doc) || !is_issue_form(corpus.path(doc))) continue;
    ++forms;
    if (const auto content = root.read(std::string(corpus.path(doc)), most_bytes)) {
      form.add(content->bytes);
    }
  }
}

Result<void> Index::State::refresh(const std::stop_token& stop) {
  // Git may take as long as all the rest, so beside it.
  const std::jthread past([&] {
    refresh_commits(commits, {.root = root.path(), .program_path = options.program_path},
                    store ? &*store : nullptr, stop);
  });
  const auto found = TRY(sweep(root, options.max_files));
  const auto files = changed(found);
  if (!files.empty() || !base) {
    if (auto taken = take_in(files, stop); !taken) return taken;
    keep();
  }
  make_corpus(found);
  read_form();
  return {};
}

Index::Index(std::unique_ptr<State> state) : state_(std::move(state)) {}
Index::Index(Index&&) noexcept = default;
Index& Index::operator=(Index&&) noexcept = default;
Index::~Index() = default;

Result<Index> Index::open(IndexOptions options) {
  auto root = TRY(sys::Directory::open(options.root));
  auto state =
      std::unique_ptr<State>(new State{.options = std::move(options), .root = std::move(root)});
  if (!state->options.cache.empty()) {
    if (auto store = Store::open(state->options.cache, state->root.path())) {
      auto loaded = store->load();
      state->base = std::move(loaded.base);
      state->amendment = std::move(loaded.amendment);
      state->kept_base = state->base ? state->base->id() : 0;
      state->store = *std::move(store);
    }
  }
  return Index(std::move(state));
}

Result<void> Index::refresh(const std::stop_token& stop) { return state_->refresh(stop); }

const Health& Index::health() const { return state_->health; }
const Corpus& Index::corpus() const { return state_->corpus; }

namespace {

// The chunk around another one of the same document, by depth; its name.
std::string_view container_of(const Corpus& corpus, std::uint32_t chunk) {
  const auto depth = corpus.chunk(chunk).depth();
  for (auto at = chunk; depth > 0 && !corpus.is_outside(at); --at) {
    if (corpus.chunk(at).depth() < depth) return corpus.name(at);
  }
  return {};
}

}  // namespace

Snippets Index::find(const Query& query, const FindLimits& limits) const {
  const auto& corpus = state_->corpus;
  Snippets found{.health = state_->health};
  auto question = read_question(query, state_->form);
  const auto ranking =
      rank(corpus, state_->commits, question, std::max(limits.files, limits.functions));
  found.rare_words = ranking.rare_words;
  found.is_named = ranking.is_named;
  found.terms = std::move(question.terms);
  for (const auto& file : ranking.files) {
    if (found.files.size() == limits.files) break;
    const auto& doc = corpus.doc(file.doc);
    found.files.push_back({.path = std::string(corpus.path(file.doc)),
                           .reason = file.reason,
                           .role = doc.role,
                           .language = doc.language,
                           .score = file.score});
  }
  for (const auto& [chunk, score] : ranking.chunks) {
    if (found.functions.size() == limits.functions) break;
    const auto& record = corpus.chunk(chunk);
    found.functions.push_back({.path = std::string(corpus.path(corpus.doc_of_chunk(chunk))),
                               .name = std::string(corpus.name(chunk)),
                               .container = std::string(container_of(corpus, chunk)),
                               .first_line = record.first_line(),
                               .last_line = record.last_line(),
                               .score = score});
  }
  return found;
}

std::vector<std::string> Index::resolve(std::string_view path, std::size_t limit) const {
  Query query;
  query.paths.emplace_back(path);
  return paths_of_best(state_->corpus, score_mentions(state_->corpus, read_question(query)), limit);
}

std::vector<std::string> Index::definers(std::string_view name, std::size_t limit) const {
  const auto& corpus = state_->corpus;
  const Folded folded(name);
  const auto entries = corpus.find(folded.view());
  Scores scores(corpus.doc_count());
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const auto& part = corpus.parts()[i];
    Postings postings(entries[i].defs);
    while (const auto posting = postings.next()) {
      if (posting->id >= part.segment.docs().size()) break;
      const auto doc = part.first_doc + posting->id;
      if (!corpus.is_dead(doc)) scores[doc] = static_cast<float>(posting->count);
    }
  }
  return paths_of_best(corpus, scores, limit);
}

Result<Snippets> find(const IndexOptions& options, const Query& query, const FindLimits& limits) {
  auto index = TRY(Index::open(options));
  if (auto refreshed = index.refresh(); !refreshed) {
    return std::unexpected(std::move(refreshed).error());
  }
  return index.find(query, limits);
}

}  // namespace plim::index
