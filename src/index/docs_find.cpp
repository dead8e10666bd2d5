#include "index/docs_find.hpp"

#include <algorithm>
#include <format>
#include <optional>
#include <string_view>

#include "index/docs_docsets.hpp"
#include "index/docs_headers.hpp"
#include "index/docs_packages.hpp"
#include "index/docs_shelf.hpp"
#include "index/docs_text.hpp"
#include "index/index.hpp"
#include "index/outline.hpp"
#include "sys/directory.hpp"
#include "sys/process.hpp"

namespace plim::index {
namespace {

constexpr std::uint64_t largest_file = 4U << 20U;
constexpr std::size_t lines_of_body = 12;  // where Python keeps its docstring
constexpr std::size_t exact_per_package = 3;

bool is_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// The last name of "Vec::push", "os.path.join", "fs.readFile()"; empty for a question in words.
std::string symbol_of(std::string_view question) {
  if (question.ends_with("()")) question.remove_suffix(2);
  const bool plain = std::ranges::all_of(
      question, [](char c) { return is_name(c) || c == '.' || c == ':' || c == '#' || c == '$'; });
  if (!plain) return {};
  const auto mark = question.find_last_of(".:#");
  return std::string(mark == std::string_view::npos ? question : question.substr(mark + 1));
}

// The name before that: "vector" of "std::vector::push_back".
std::string qualifier_of(std::string_view question) {
  const auto end = question.find_last_of(".:#");
  if (end == std::string_view::npos) return {};
  auto rest = question.substr(0, end);
  while (rest.ends_with(':')) rest.remove_suffix(1);
  return symbol_of(rest);
}

// A definition with the comment above it and the beginning of its body.
std::string shown(const Symbol& symbol, std::string_view text) {
  const auto start = std::min<std::size_t>(symbol.start, text.size());
  std::size_t end = start;
  // The comment is everything up to the definition's own first line.
  std::size_t line = static_cast<std::size_t>(1 + std::ranges::count(text.substr(0, start), '\n'));
  const auto last = std::min<std::size_t>(symbol.first_line + lines_of_body, symbol.last_line);
  while (end < text.size() && line <= last) {
    end = std::min(text.find('\n', end), text.size() - 1) + 1;
    ++line;
  }
  return cut_answer(text.substr(start, end - start));
}

class Search {
 public:
  Search(const std::string& question, const DocsPlaces& places, std::size_t limit,
         std::stop_token stop)
      : question_(question),
        symbol_(symbol_of(question)),
        places_(places),
        limit_(limit),
        stop_(std::move(stop)) {}

  [[nodiscard]] bool full() const { return answers_.size() >= limit_ || stop_.stop_requested(); }
  [[nodiscard]] bool is_symbol() const { return !symbol_.empty(); }
  std::vector<DocAnswer> take() { return std::move(answers_); }

  // A package that cannot be read says nothing.
  void exact_in(const DocPackage& package) {
    const auto index = open(package.folder);
    const auto files = sys::Directory::open(package.folder);
    if (!index || !files) return;
    std::size_t taken = 0;
    for (const auto& path : index->definers(symbol_)) {
      const auto content = files->read(path, largest_file);
      if (!content) continue;
      const auto language = language_of(path, std::string_view(content->bytes).substr(0, 256));
      for (const auto& item : outline_of(language, content->bytes)) {
        if (item.symbol.name != symbol_ || taken >= exact_per_package || full()) continue;
        ++taken;
        answers_.push_back({.title = item.signature,
                            .package = package.name,
                            .version = package.version,
                            .source = std::format("{}:{}", (package.folder / path).string(),
                                                  item.symbol.first_line),
                            .text = shown(item.symbol, content->bytes),
                            .exact = true});
      }
    }
  }

  // A question in words.
  void words_in(const DocPackage& package) {
    if (!shelf_) {
      auto opened = DocShelf::open(places_.cache);
      if (!opened) return;
      shelf_ = std::move(*opened);
    }
    for (const auto& folder : {package.folder, package.about}) {
      if (folder.empty() || full()) continue;
      const DocPackage place{.name = package.name, .version = package.version, .folder = folder};
      auto found = shelf_->find(question_, place, limit_ - answers_.size(), stop_);
      if (found) add(std::move(*found));
    }
  }

  void headers(const std::string& package) {
    auto found = find_in_headers(symbol_, qualifier_of(question_), places_.root, places_.headers,
                                 limit_, stop_);
    if (!package.empty()) {
      std::erase_if(found, [&](const auto& answer) { return !answer.package.contains(package); });
    }
    add(std::move(found));
  }

  void docsets(const std::string& package) {
    auto found = find_in_docsets(question_, package, places_.docsets, limit_ - answers_.size());
    if (!found.empty() || question_ == symbol_) return add(std::move(found));
    add(find_in_docsets(symbol_, package, places_.docsets, limit_ - answers_.size()));
  }

  void manual_page() {
    for (const char* section : {"3", "2", "1", "7", "5", "8"}) {
      for (const char* ending : {".gz", ""}) {
        const auto file = places_.manual / (std::string("man") + section) /
                          std::format("{}.{}{}", symbol_, section, ending);
        std::error_code error;
        if (full() || !std::filesystem::is_regular_file(file, error)) continue;
        add_manual(file, section);
      }
    }
  }

 private:
  [[nodiscard]] Result<Index> open(const std::filesystem::path& folder) const {
    auto index = Index::open({.root = folder, .cache = places_.cache, .max_files = 20'000});
    if (!index) return index;
    if (auto fresh = index->refresh(); !fresh) return std::unexpected(fresh.error());
    return index;
  }

  void add(std::vector<DocAnswer> found) {
    for (auto& answer : found) {
      if (!full()) answers_.push_back(std::move(answer));
    }
  }

  void add_manual(const std::filesystem::path& file, const std::string& section) {
    const auto mandoc = sys::find_program("mandoc", places_.program_path);
    if (!mandoc) return;
    const auto page = sys::run(
        {.argv = {mandoc->string(), "-T", "utf8", "-O", "width=78", file.string()},
         .env = {"LANG=C.UTF-8"}},
        {.timeout = std::chrono::seconds(5), .head_bytes = 16U << 10U, .tail_bytes = 0}, stop_);
    if (!page || page->status.code != 0) return;
    std::string text;  // mandoc writes bold as "x\bx" and underlined as "_\bx"
    for (const char c : page->head) {
      if (c != '\b') {
        text += c;
      } else if (!text.empty()) {
        text.pop_back();
      }
    }
    answers_.push_back({.title = symbol_ + "(" + section + ")",
                        .package = "man",
                        .source = file.string(),
                        .text = cut_answer(text),
                        .exact = true});
  }

  const std::string& question_;
  std::string symbol_;
  const DocsPlaces& places_;
  std::size_t limit_;
  std::stop_token stop_;
  std::optional<DocShelf> shelf_;
  std::vector<DocAnswer> answers_;
};

// The folders in /usr/share/doc that a question is about.
std::vector<DocPackage> system_packages(const std::string& question, const std::string& package,
                                        const DocsPlaces& places) {
  std::vector<DocPackage> found;
  std::string word;
  for (const char c : (package.empty() ? question : package) + " ") {
    if (is_name(c) || c == '-' || c == '.' || c == '+') {
      word += c;
      continue;
    }
    std::error_code error;
    const bool plain = word.size() > 2 && !word.contains("..") && !word.starts_with('.');
    for (const auto& name : {word, word + "-doc", "lib" + word + "-dev"}) {
      const auto folder = places.system_documents / name;
      if (plain && std::filesystem::is_directory(folder, error)) {
        found.push_back({.name = name, .version = {}, .folder = folder});
      }
    }
    word.clear();
  }
  return found;
}

void look_up_symbol(Search& search, const std::vector<DocPackage>& packages,
                    const std::string& package) {
  for (const auto& known : packages) {
    if (!search.full()) search.exact_in(known);
  }
  if (package.empty() || package == "man") search.manual_page();
  if (!search.full()) search.headers(package);
  if (!search.full()) search.docsets(package);
}

}  // namespace

Result<std::vector<DocAnswer>> find_docs(const std::string& question, const std::string& package,
                                         const DocsPlaces& places, std::size_t limit,
                                         std::stop_token stop) {
  if (question.find_first_not_of(" \t\n") == std::string::npos) {
    return fail(Errc::invalid, "there is nothing to look up");
  }
  auto packages = installed_packages(places.root, places.home);
  if (!package.empty()) {
    std::erase_if(packages, [&](const auto& known) { return known.name != package; });
  }
  // The package that the question names comes first: "express.Router".
  std::ranges::stable_partition(
      packages, [&](const auto& known) { return question.starts_with(known.name); });
  Search search(question, places, limit, stop);
  if (search.is_symbol()) look_up_symbol(search, packages, package);
  const DocPackage project{.folder = places.root};
  if (package.empty() && !search.full()) search.words_in(project);
  for (const auto& known : packages) {
    const bool asked = !package.empty() || question.contains(known.name);
    if (asked && !search.full()) search.words_in(known);
  }
  for (const auto& known : system_packages(question, package, places)) {
    if (!search.full()) search.words_in(known);
  }
  if (stop.stop_requested()) return fail(Errc::cancelled, "stopped");
  return search.take();
}

}  // namespace plim::index
