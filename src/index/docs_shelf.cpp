#include "index/docs_shelf.hpp"

#include <algorithm>
#include <array>
#include <format>
#include <map>
#include <set>
#include <utility>

#include "index/docs_text.hpp"
#include "index/sweep.hpp"
#include "sys/directory.hpp"

namespace plim::index {
namespace {

constexpr std::size_t most_files = 2000;  // of one folder, beside those that are no documents
constexpr std::size_t most_swept = 50'000;
constexpr std::uint64_t largest_document = 2U << 20U;
constexpr auto schema = R"(
  PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
  CREATE TABLE IF NOT EXISTS files(id INTEGER PRIMARY KEY, folder TEXT, path TEXT, stamp TEXT,
                                   UNIQUE(folder, path));
  CREATE VIRTUAL TABLE IF NOT EXISTS sections USING fts5(title, body, tokenize='porter unicode61');
  CREATE TABLE IF NOT EXISTS places(section INTEGER PRIMARY KEY, file INTEGER, line INTEGER);
  CREATE INDEX IF NOT EXISTS places_of_file ON places(file);
)";

// What a question says besides that it is one.
std::vector<std::string> words_of(std::string_view question) {
  static const std::set<std::string, std::less<>> empty_words{
      "a",    "an",   "and", "are", "by",    "can",  "do",    "does",  "for",   "from",
      "how",  "i",    "in",  "is",  "it",    "my",   "of",    "on",    "or",    "that",
      "the",  "this", "to",  "use", "using", "what", "when",  "where", "which", "why",
      "with", "we",   "you", "be",  "if",    "not",  "should"};
  std::vector<std::string> words;
  std::string word;
  for (const char c : std::string(question) + " ") {
    const auto byte = static_cast<unsigned char>(c);
    const bool part = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || byte >= 0x80;
    const bool capital = c >= 'A' && c <= 'Z';
    if (part || capital) {
      word += capital ? static_cast<char>(c - 'A' + 'a') : c;
      continue;
    }
    if (!word.empty() && !empty_words.contains(word) && !std::ranges::contains(words, word)) {
      words.push_back(word);
    }
    word.clear();
  }
  return words;
}

std::string any_of(const std::vector<std::string>& words) {
  std::string query;
  for (const auto& word : words) query += (query.empty() ? "\"" : " OR \"") + word + "\"";
  return query;
}

std::string stamp_of(const Version& version) {
  return std::format("{} {} {}", version.size, version.mtime_ns, version.inode);
}

}  // namespace

Result<DocShelf> DocShelf::open_file(const std::filesystem::path& file) {
  DocShelf shelf(TRY(Database::open(file)));
  TRY(shelf.database_.run(schema));
  return shelf;
}

Result<DocShelf> DocShelf::open(const std::filesystem::path& cache) {
  if (!cache.empty()) {
    const auto made = sys::Directory::open_private(cache);
    auto kept = made ? open_file(cache / "docs.sqlite") : fail(Errc::io, "no cache");
    if (kept) return kept;
  }
  return open_file({});
}

Result<void> DocShelf::forget(std::int64_t file) {
  for (const auto* sql : {"DELETE FROM sections WHERE rowid IN "
                          "(SELECT section FROM places WHERE file = ?)",
                          "DELETE FROM places WHERE file = ?", "DELETE FROM files WHERE id = ?"}) {
    auto statement = TRY(database_.prepare(sql));
    statement.bind(1, file);
    TRY(statement.run());
  }
  return {};
}

Result<void> DocShelf::take_in(const std::string& folder, const std::string& path,
                               const std::string& stamp, std::string_view text) {
  auto file =
      TRY(database_.prepare("INSERT INTO files(folder, path, stamp) VALUES(?, ?, ?) RETURNING id"));
  file.bind(1, folder).bind(2, path).bind(3, stamp);
  if (!TRY(file.step())) return fail(Errc::io, "documentation's index takes no file");
  const auto id = file.number(0);
  TRY(file.run());
  auto section = TRY(database_.prepare("INSERT INTO sections(title, body) VALUES(?, ?)"));
  auto place = TRY(database_.prepare("INSERT INTO places VALUES(last_insert_rowid(), ?, ?)"));
  for (const auto& each : sections_of(path, text)) {
    section.bind(1, each.title).bind(2, each.text);
    TRY(section.run());
    place.bind(1, id).bind(2, static_cast<std::int64_t>(each.line));
    TRY(place.run());
  }
  return {};
}

Result<void> DocShelf::refresh(const std::filesystem::path& folder, const std::stop_token& stop) {
  const auto directory = TRY(sys::Directory::open(folder));
  const auto found = TRY(sweep(directory, most_swept));
  std::map<std::string, std::pair<std::int64_t, std::string>> known;  // path: id, stamp
  auto rows = TRY(database_.prepare("SELECT id, path, stamp FROM files WHERE folder = ?"));
  rows.bind(1, directory.path().string());
  while (TRY(rows.step())) known[rows.text(1)] = {rows.number(0), rows.text(2)};
  TRY(database_.run("BEGIN IMMEDIATE"));
  std::size_t taken = 0;
  for (const auto& file : found.files) {
    if (stop.stop_requested()) return fail(Errc::cancelled, "stopped");
    if (!is_document(file.path) || taken >= most_files) continue;
    ++taken;
    const auto stamp = stamp_of(file.version);
    const auto before = known.find(file.path);
    const bool is_known = before != known.end();
    const bool same = is_known && before->second.second == stamp;
    if (is_known && !same) TRY(forget(before->second.first));
    if (is_known) known.erase(before);
    if (same) continue;
    const auto content = directory.read(file.path, largest_document);
    if (content) TRY(take_in(directory.path().string(), file.path, stamp, content->bytes));
  }
  for (const auto& [path, gone] : known) TRY(forget(gone.first));
  return database_.run("COMMIT");
}

Result<std::vector<DocAnswer>> DocShelf::find(const std::string& question,
                                              const DocPackage& package, std::size_t limit,
                                              const std::stop_token& stop) {
  std::vector<DocAnswer> answers;
  const auto words = words_of(question);
  if (words.empty() || limit == 0) return answers;
  if (auto fresh = refresh(package.folder, stop); !fresh) {
    (void)database_.run("ROLLBACK");  // another instance writes: what there is must do
  }
  // Most of the words, so that a question about something else finds nothing.
  const auto wanted = (words.size() + 1) / 2;
  auto rows = TRY(database_.prepare(
      "SELECT title, body, path, line FROM sections JOIN places ON section = sections.rowid "
      "JOIN files ON files.id = file WHERE sections MATCH ?1 AND folder = ?2 "
      "ORDER BY bm25(sections, 4.0, 1.0) LIMIT 50"));
  const auto folder = std::filesystem::weakly_canonical(package.folder).string();
  rows.bind(1, any_of(words)).bind(2, folder);
  while (answers.size() < limit && TRY(rows.step())) {
    const auto body = rows.text(1);
    const auto shared = std::ranges::count_if(words, [&, known = words_of(body)](const auto& word) {
      // By their first letters: "rolling" is in "rolled back" as the index sees it.
      const auto stem = std::string_view(word).substr(0, std::max<std::size_t>(4, word.size() - 3));
      return std::ranges::any_of(known, [&](const auto& each) { return each.starts_with(stem); });
    });
    if (static_cast<std::size_t>(shared) < wanted) continue;
    answers.push_back({.title = cut_answer(rows.text(0)),
                       .package = package.name,
                       .version = package.version,
                       .source = std::format("{}/{}:{}", folder, rows.text(2), rows.number(3)),
                       .text = cut_answer(body)});
  }
  return answers;
}

}  // namespace plim::index
