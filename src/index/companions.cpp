#include "index/companions.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <optional>
#include <unordered_map>
#include <utility>

#include "index/history.hpp"
#include "index/imports.hpp"
#include "index/lex.hpp"
#include "index/log_names.hpp"
#include "index/path_parts.hpp"
#include "sys/directory.hpp"

namespace plim::index {
namespace {

constexpr std::uint64_t most_bytes = 1U << 20U;  // read of a file that may have imports
constexpr std::size_t head_bytes = 64U << 10U;   // where these are
constexpr std::size_t most_importers = 400;      // files looked at for an import of one
constexpr std::size_t most_of_commit = 40;       // files; a larger one ties nothing
constexpr std::size_t most_namesakes = 12;       // of one name: more is a convention

std::string_view stem_of(std::string_view path) {
  const auto name = name_of(path);
  return name.substr(0, name.find('.', 1));
}

// How many folders, from the root on, two files are both in, of those that either is in.
double nearness(std::string_view left, std::string_view right) {
  left = folder_of(left);
  right = folder_of(right);
  const auto depth = [](std::string_view folder) {
    return folder.empty() ? 0 : 1 + std::ranges::count(folder, '/');
  };
  const auto most = std::max(depth(left), depth(right));
  if (most == 0) return 1;
  std::size_t at = 0;
  std::ptrdiff_t shared = 0;
  while (at < left.size() && at < right.size() && left[at] == right[at]) {
    if (left[at] == '/') ++shared;
    ++at;
  }
  const bool is_whole =
      (at == left.size() || left[at] == '/') && (at == right.size() || right[at] == '/') && at > 0;
  return static_cast<double>(shared + (is_whole ? 1 : 0)) / static_cast<double>(most);
}

class Finder {
 public:
  Finder(const Corpus& corpus, const sys::Directory& root) : corpus_(corpus), root_(root) {
    for (std::uint32_t doc = 0; doc < corpus.doc_count(); ++doc) {
      if (corpus.is_dead(doc)) continue;
      docs_.push_back(doc);
      paths_.push_back(corpus.path(doc));
      number_of_.emplace(paths_.back(), static_cast<std::uint32_t>(paths_.size() - 1));
    }
  }

  [[nodiscard]] bool knows(const std::string& path) const { return number_of_.contains(path); }

  void add_namesakes(const std::string& file) {
    const auto wanted = plain_stem(file);
    std::vector<std::uint32_t> same;
    for (std::uint32_t i = 0; i < paths_.size(); ++i) {
      if (plain_stem(paths_[i]) == wanted) same.push_back(i);
    }
    if (same.size() > most_namesakes) return;
    for (const auto number : same)
      add(number, Tie::same_name, 0.5 + nearness(file, paths_[number]));
  }

  void add_imports(const std::string& file) {
    const ImportResolver& resolver = this->resolver();
    std::vector<std::uint32_t> found;
    for (const auto& import : imports_in(number_of_.at(file))) {
      for (const auto number : resolver.resolve(import, file)) {
        if (!std::ranges::contains(found, number)) found.push_back(number);
      }
    }
    add_all(found, Tie::imported, file);
  }

  // Files that have the word its name is, and import it.
  void add_importers(const std::string& file) {
    const auto self = number_of_.at(file);
    std::vector<std::uint32_t> found;
    for (const auto number : with_word(import_word(file))) {
      const auto imports = imports_in(number);
      const bool does = std::ranges::any_of(imports, [&](const Import& import) {
        return std::ranges::contains(resolver().resolve(import, paths_[number]), self);
      });
      if (does) found.push_back(number);
    }
    add_all(found, Tie::imports, file);
  }

  // Of all times the file was changed, how often others were too; large commits say less.
  void add_history(const std::vector<Commit>& commits) {
    double all = 2;  // a file changed but twice says little
    std::unordered_map<std::uint32_t, double> together;
    for (const auto& commit : commits) {
      if (commit.files.size() > most_of_commit) continue;
      all += 1;
      const double weight = 1 / std::sqrt(static_cast<double>(commit.files.size()));
      for (const auto& path : commit.files) {
        const auto known = number_of_.find(path);
        if (known != number_of_.end()) together[known->second] += weight;
      }
    }
    for (const auto& [number, weight] : together) {
      add(number, Tie::changed_together, 4 * weight / all);
    }
  }

  [[nodiscard]] std::vector<Companion> best(std::span<const std::string> files,
                                            std::size_t limit) const {
    std::vector<Companion> found;
    for (const auto& [number, score] : scores_) {
      const std::string path(paths_[number]);
      if (std::ranges::contains(files, path)) continue;
      const auto strongest = std::ranges::max_element(score);
      const auto tie = static_cast<Tie>(strongest - score.begin());
      double sum = 0;
      for (const auto each : score) sum += each;
      found.push_back({.path = path, .tie = tie, .score = sum});
    }
    std::ranges::sort(found, [](const Companion& left, const Companion& right) {
      return left.score != right.score ? left.score > right.score : left.path < right.path;
    });
    if (found.size() > limit) found.resize(limit);
    return found;
  }

 private:
  // Of many each says less.
  void add_all(const std::vector<std::uint32_t>& found, Tie tie, std::string_view file) {
    const double weight = 1 / std::sqrt(1 + static_cast<double>(found.size()));
    for (const auto number : found) {
      add(number, tie, weight * (0.5 + nearness(file, paths_[number])));
    }
  }

  void add(std::uint32_t number, Tie tie, double score) {
    auto& all = scores_[number];
    auto& known = all.at(static_cast<std::size_t>(tie));
    known = std::max(known, score);
  }

  // "test_url.py" and "url.py" have the same.
  static std::string plain_stem(std::string_view path) {
    std::string out;
    for (const char byte : logs::without_test_words(stem_of(path))) {
      if (byte != '_' && byte != '-') out += lex_detail::lower(byte);
    }
    return out;
  }

  // What stands in an import of it: its name, or its folder's for a folder's own file.
  static std::string_view import_word(std::string_view path) {
    const auto stem = stem_of(path);
    return stands_for_folder(stem) && path.contains('/') ? stem_of(folder_of(path)) : stem;
  }

  const ImportResolver& resolver() {
    if (!resolver_) resolver_.emplace(paths_);
    return *resolver_;
  }

  [[nodiscard]] std::vector<Import> imports_in(std::uint32_t number) const {
    const auto& doc = corpus_.doc(docs_[number]);
    if (!is_code(doc.language) || (doc.flags & doc_is_binary) != 0) return {};
    const auto content = root_.read(std::string(paths_[number]), most_bytes);
    if (!content) return {};
    return imports_of(doc.language, std::string_view(content->bytes).substr(0, head_bytes));
  }

  [[nodiscard]] std::vector<std::uint32_t> with_word(std::string_view word) const {
    const Folded folded(word);
    const auto entries = corpus_.find(folded.view());
    std::vector<std::uint32_t> found;
    for (std::size_t i = 0; i < entries.size(); ++i) {
      const auto& part = corpus_.parts()[i];
      Postings postings(entries[i].body);
      while (const auto posting = postings.next()) {
        if (posting->id >= part.segment.chunks().size() || found.size() >= most_importers) break;
        const auto doc = corpus_.doc_of_chunk(part.first_chunk + posting->id);
        if (corpus_.is_dead(doc)) continue;
        const auto number = number_of_.at(corpus_.path(doc));
        if (found.empty() || found.back() != number) found.push_back(number);
      }
    }
    return found;
  }

  const Corpus& corpus_;
  const sys::Directory& root_;
  std::vector<std::uint32_t> docs_;  // living ones; what follows is by their place here
  std::vector<std::string_view> paths_;
  std::unordered_map<std::string_view, std::uint32_t> number_of_;
  std::optional<ImportResolver> resolver_;
  std::unordered_map<std::uint32_t, std::array<double, 4>> scores_;  // by tie
};

}  // namespace

std::string_view to_string(Tie tie) {
  switch (tie) {
    case Tie::same_name:
      return "same name";
    case Tie::imported:
      return "imported";
    case Tie::imports:
      return "imports it";
    case Tie::changed_together:
      return "changed together";
  }
  return "";
}

Result<std::vector<Companion>> companions(const Index& index, std::span<const std::string> files,
                                          const CompanionPlaces& places, std::size_t limit,
                                          std::stop_token stop) {
  const auto root = TRY(sys::Directory::open(places.root));
  Finder finder(index.corpus(), root);
  for (const auto& file : files) {
    if (!finder.knows(file)) return fail(Errc::not_found, "{} is no file of the project", file);
  }
  for (const auto& file : files) {
    if (stop.stop_requested()) return fail(Errc::cancelled, "stopped");
    finder.add_namesakes(file);
    finder.add_imports(file);
    finder.add_importers(file);
  }
  finder.add_history(TRY(commits_with(places.root, places.program_path, files, stop)));
  return finder.best(files, limit);
}

}  // namespace plim::index
