#include "index/docs_find.hpp"

#include <algorithm>
#include <format>
#include <string_view>

#include "base/utf8.hpp"
#include "index/docs_packages.hpp"
#include "index/index.hpp"
#include "index/outline.hpp"
#include "sys/directory.hpp"
#include "sys/process.hpp"

namespace plim::index {
namespace {

constexpr std::size_t longest_text = 1600;
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

std::string cut(std::string_view text) {
  const auto end = text.find_last_not_of(" \t\r\n");
  text = text.substr(0, end == std::string_view::npos ? 0 : end + 1);
  if (text.size() <= longest_text) return to_utf8(text);
  return std::string(utf8_prefix(to_utf8(text), longest_text)) + " …";
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
  return cut(text.substr(start, end - start));
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

  // A question in words: the best parts of the best files.
  void words_in(const DocPackage& package, bool documents_only) {
    const auto index = open(package.folder);
    const auto files = sys::Directory::open(package.folder);
    if (!index || !files) return;
    const auto found =
        index->find({.task = "documentation: " + question_}, {.files = 20, .functions = 20});
    for (const auto& hit : found.files) {
      const bool document = hit.path.ends_with(".md") || hit.path.ends_with(".rst") ||
                            hit.path.ends_with(".txt") || hit.path.ends_with(".adoc");
      if (full()) return;
      if (!document && documents_only) continue;
      const auto content = files->read(hit.path, largest_file);
      if (content && document) add_section(package, hit.path, content->bytes);
    }
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

  // The section under a Markdown heading that has most of the question's words.
  void add_section(const DocPackage& package, const std::string& path, std::string_view text) {
    std::size_t best = 0, best_start = 0, best_end = 0;
    for (std::size_t start = 0; start < text.size();) {
      auto end = text.find("\n#", start + 1);
      end = end == std::string_view::npos ? text.size() : end + 1;
      const auto score = words_shared(text.substr(start, end - start));
      if (score > best) {
        best = score;
        best_start = start;
        best_end = end;
      }
      start = end;
    }
    if (best == 0) return;
    const auto section = text.substr(best_start, best_end - best_start);
    const auto line = 1 + std::ranges::count(text.substr(0, best_start), '\n');
    answers_.push_back({.title = cut(section.substr(0, section.find('\n'))),
                        .package = package.name,
                        .version = package.version,
                        .source = std::format("{}:{}", (package.folder / path).string(), line),
                        .text = cut(section)});
  }

  [[nodiscard]] std::size_t words_shared(std::string_view text) const {
    std::size_t shared = 0;
    std::string word;
    for (const char c : question_ + " ") {
      if (is_name(c)) {
        word += c;
        continue;
      }
      if (word.size() > 2 && text.contains(word)) ++shared;
      word.clear();
    }
    return shared;
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
                        .text = cut(text),
                        .exact = true});
  }

  const std::string& question_;
  std::string symbol_;
  const DocsPlaces& places_;
  std::size_t limit_;
  std::stop_token stop_;
  std::vector<DocAnswer> answers_;
};

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
  if (search.is_symbol()) {
    if (package.empty() || package == "man") search.manual_page();
    for (const auto& known : packages) {
      if (!search.full()) search.exact_in(known);
    }
  }
  const DocPackage project{.folder = places.root};
  if (package.empty() && !search.full()) search.words_in(project, true);
  for (const auto& known : packages) {
    const bool asked = !package.empty() || question.contains(known.name);
    if (asked && !search.full()) search.words_in(known, false);
  }
  if (stop.stop_requested()) return fail(Errc::cancelled, "stopped");
  return search.take();
}

}  // namespace plim::index
