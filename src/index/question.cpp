#include "index/question.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <map>
#include <optional>
#include <utility>

#include "index/issue_text.hpp"
#include "index/language.hpp"
#include "index/lex.hpp"

namespace plim::index {
namespace {

constexpr std::size_t max_query = 200'000;  // bytes; of a longer task the beginning is read
constexpr std::size_t max_mentions = 60;

// How much a word counts by where it stands.
constexpr double title_weight = 3;
constexpr double prose_weight = 1;
constexpr double code_weight = 0.6;
constexpr double trace_weight = 0.3;
constexpr double heading_weight = 0.3;
constexpr double environment_weight = 0.2;
constexpr double form_share = 0.2;  // of a word that a form says too, beside the same neighbour
constexpr double symbol_weight = 3;
constexpr double module_weight = 0.5;
constexpr double variant_weight = 0.4;  // "mocked" also asks for "mock", for less
constexpr double most_repeats = 3;

bool is_upper(char byte) { return byte >= 'A' && byte <= 'Z'; }
bool is_lower(char byte) { return byte >= 'a' && byte <= 'z'; }

// parse_header, HttpServer, httpServer, UTF8; not "Server", nor "TODO".
bool looks_like_code(std::string_view name) {
  const auto inner = name.find_first_not_of('_');
  if (inner == std::string_view::npos) return false;
  if (name.find('_', inner) != std::string_view::npos) return true;
  for (std::size_t i = 1; i < name.size(); ++i) {
    if (is_upper(name[i]) && is_lower(name[i - 1])) return true;
  }
  return false;
}

struct Wording {
  double frequency = 0;
  double weight = 0;  // of the best place
  bool is_name = false;
};

// Where in an issue a line stands.
class Section {
 public:
  double weight_of(std::string_view line) {
    if (line.starts_with("```") || line.starts_with("~~~")) {
      is_code_ = !is_code_;
      return 0;
    }
    const double most = is_code_ ? code_weight : prose_weight;
    if (!is_code_ && is_heading(line)) {
      is_environment_ = begins_environment(line);
      return heading_weight;
    }
    return is_environment_ ? environment_weight : most;
  }

 private:
  bool is_code_ = false;
  bool is_environment_ = false;
};

class Reader {
 public:
  /// `form` must outlive this.
  explicit Reader(const IssueForm& form) : form_(form) {}

  void read_task(std::string_view task) {
    const auto kept = without_comments(task.substr(0, max_query));
    std::string_view rest = kept;
    bool is_title = true;
    Section section;
    while (!rest.empty()) {
      const auto end = std::min(rest.find('\n'), rest.size());
      auto line = rest.substr(0, end);
      rest.remove_prefix(std::min(end + 1, rest.size()));
      line.remove_prefix(std::min(line.find_first_not_of(" \t\r>"), line.size()));
      if (line.empty()) continue;
      if (is_title) read_subject(line);
      read_line(line, std::exchange(is_title, false) ? title_weight : section.weight_of(line));
    }
  }

  void read_symbol(std::string_view name) {
    for_each_name(name,
                  [&](std::string_view part, std::size_t) { add(part, symbol_weight, true); });
  }

  void read_path(std::string_view path) { mention_path(path, 0, {}, 2); }

  void read_frame(const Frame& frame) {
    mention_path(frame.path, frame.line, frame.function, frame.weight);
    for_each_name(frame.function,
                  [&](std::string_view name, std::size_t) { add(name, prose_weight, true); });
  }

  Question take() && {
    for (const auto& [text, wording] : words_) {
      question_.terms.push_back({text, weight_of(wording), wording.is_name, false});
      if (!wording.is_name) add_variants(text, variant_weight * weight_of(wording));
    }
    for (const auto& [text, weight] : variants_) {
      if (!words_.contains(text)) question_.terms.push_back({text, weight, false, true});
    }
    return std::move(question_);
  }

 private:
  static double weight_of(const Wording& wording) {
    return wording.weight * std::sqrt(std::min(wording.frequency, most_repeats));
  }

  // The other forms that an English word may have in the code.
  void add_variants(std::string_view word, double weight) {
    static constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz";
    if (word.size() < 4 || word.find_first_not_of(letters) != std::string_view::npos) return;
    const auto put = [&](std::string_view stem, std::string_view ending) {
      if (stem.size() + ending.size() < 3) return;
      auto& known = variants_[std::string(stem) + std::string(ending)];
      known = std::max(known, weight);
    };
    const auto without = [&](std::size_t count) { return word.substr(0, word.size() - count); };
    if (word.ends_with("ies")) {
      put(without(3), "y");
    } else if (word.ends_with("s") && !word.ends_with("ss")) {
      put(without(1), "");
    } else if (!word.ends_with("s")) {
      put(word, "s");
    }
    if (word.ends_with("ing") && word.size() > 5) {
      put(without(3), "");
      put(without(3), "e");
    }
    if (word.ends_with("ed") && word.size() > 4) {
      put(without(2), "");
      put(without(1), "");
    }
  }

  void read_subject(std::string_view title) {
    const auto subject = subject_of(title);
    question_.about_tests = subject.tests;
    question_.about_docs = subject.docs;
  }

  void read_line(std::string_view raw, double weight) {
    std::vector<std::string> linked;
    const auto text = without_links(raw, linked);
    const std::string_view line = text;
    for (const auto& path : linked) read_mention(path);
    if (read_trace(line)) weight = trace_weight;
    read_mentions(line);
    const bool is_title = weight == title_weight;
    const auto add_one = [&](std::string_view name, bool is_of_form) {
      const auto at = static_cast<std::size_t>(name.data() - line.data());
      const auto after = at + name.size();
      const bool is_called = after < line.size() && line[after] == '(';
      const bool is_quoted = at > 0 && line[at - 1] == '`';
      add(name, is_of_form && !is_title ? weight * form_share : weight,
          looks_like_code(name) || is_called || is_quoted);
    };
    std::string_view before;
    bool is_of_form = false;  // the one before, with its own neighbours
    for_each_name(line, [&](std::string_view name, std::size_t) {
      const bool both = !before.empty() && form_.has(before, name);
      if (!before.empty()) add_one(before, is_of_form || both);
      before = name;
      is_of_form = both;
    });
    if (!before.empty()) add_one(before, is_of_form);
  }

  // CPython: File "a/b.py", line 3, in f
  bool read_trace(std::string_view line) {
    if (!line.starts_with("File \"")) return false;
    const auto rest = line.substr(6);
    const auto quote = rest.find('"');
    if (quote == std::string_view::npos) return false;
    const auto number = rest.find("line ");
    std::uint32_t at = 0;
    if (number != std::string_view::npos) {
      std::from_chars(rest.data() + number + 5, rest.data() + rest.size(), at);
    }
    const auto in = rest.find(", in ");
    mention_path(rest.substr(0, quote), at,
                 in == std::string_view::npos ? std::string_view() : rest.substr(in + 5), 1);
    return true;
  }

  static bool is_path_byte(char byte) {
    using lex_detail::Kind;
    return lex_detail::kind_of(byte) != Kind::other || byte == '/' || byte == '.' || byte == '-' ||
           byte == ':' || byte == '\\' || byte == '+';
  }

  void read_mentions(std::string_view line) {
    for (std::size_t at = 0; at < line.size();) {
      if (!is_path_byte(line[at])) {
        ++at;
        continue;
      }
      const auto start = at;
      while (at < line.size() && is_path_byte(line[at])) ++at;
      auto word = line.substr(start, at - start);
      while (!word.empty() && (word.back() == '.' || word.back() == ':' || word.back() == '-')) {
        word.remove_suffix(1);
      }
      read_mention(word);
    }
  }

  void read_mention(std::string_view word) {
    if (word.size() < 4 || word.contains("://")) return;
    std::uint32_t line = 0;
    // a.cpp:12:3
    const auto colon = word.find(':');
    auto path = word;
    if (colon != std::string_view::npos && colon + 1 < word.size() && word[colon + 1] != ':') {
      path = word.substr(0, colon);
      std::from_chars(word.data() + colon + 1, word.data() + word.size(), line);
    }
    const auto dot = path.rfind('.');
    const bool has_extension = dot != std::string_view::npos && dot + 1 < path.size();
    if (has_extension && !path.contains("::") && language_of(path) != Language::data) {
      return mention_path(path, line, {}, 1);
    }
    mention_module(word);
  }

  void mention_path(std::string_view path, std::uint32_t line, std::string_view function,
                    double weight) {
    Mention mention{.line = line, .function = std::string(function), .weight = weight};
    const auto dot = path.rfind('.');
    const auto slash = path.find_last_of("/\\");
    if (dot != std::string_view::npos && (slash == std::string_view::npos || dot > slash)) {
      mention.extension = Folded(path.substr(dot + 1)).view();
      path = path.substr(0, dot);
    }
    split_into(path, "/\\", mention.parts);
    if (!mention.parts.empty()) add_mention(std::move(mention));
  }

  void mention_module(std::string_view word) {
    Mention mention{.weight = module_weight};
    split_into(word, word.contains("::") ? ":" : word.contains('/') ? "/" : ".", mention.parts);
    const bool is_module = mention.parts.size() >= 2 &&
                           std::ranges::all_of(mention.parts, [](const std::string& part) {
                             return part.size() >= 2 && !(part[0] >= '0' && part[0] <= '9');
                           });
    if (is_module) add_mention(std::move(mention));
  }

  static void split_into(std::string_view text, std::string_view separators,
                         std::vector<std::string>& parts) {
    while (!text.empty()) {
      const auto end = std::min(text.find_first_of(separators), text.size());
      const auto part = text.substr(0, end);
      if (!part.empty() && part != "." && part != "..") parts.emplace_back(Folded(part).view());
      text.remove_prefix(std::min(end + 1, text.size()));
    }
  }

  void add_mention(Mention mention) {
    const bool is_known = std::ranges::any_of(question_.mentions, [&](const Mention& known) {
      return known.parts == mention.parts && known.extension == mention.extension &&
             known.function == mention.function;
    });
    if (is_known || question_.mentions.size() == max_mentions) return;
    question_.mentions.push_back(std::move(mention));
  }

  void add(std::string_view name, double weight, bool is_name) {
    bool is_whole = true;
    for_each_term(name, [&](std::string_view term) {
      auto& wording = words_[std::string(term)];
      wording.frequency += 1;
      wording.weight = std::max(wording.weight, weight);
      wording.is_name = wording.is_name || (is_name && is_whole);
      is_whole = false;
    });
  }

  const IssueForm& form_;
  std::map<std::string, Wording> words_;
  std::map<std::string, double> variants_;
  Question question_;
};

}  // namespace

Question read_question(const Query& query, const IssueForm& form) {
  Reader reader(form);
  reader.read_task(query.task);
  for (const auto& symbol : query.symbols) reader.read_symbol(symbol);
  for (const auto& path : query.paths) reader.read_path(path);
  for (const auto& frame : query.frames) reader.read_frame(frame);
  return std::move(reader).take();
}

}  // namespace plim::index
