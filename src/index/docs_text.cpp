#include "index/docs_text.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/utf8.hpp"
#include "index/lex.hpp"
#include "workspace/line_index.hpp"

namespace plim::index {
namespace {

constexpr std::size_t longest_answer = 1600;
constexpr std::size_t longest_section = 4000;
constexpr std::size_t longest_html = 4U << 20U;

std::string lowered(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), lex_detail::lower);
  return out;
}

// "## Title", "== Title"; "#define" and "#!" are none.
bool is_marked_heading(std::string_view line) {
  const auto mark = line.empty() ? '\0' : line[0];
  if (mark != '#' && mark != '=') return false;
  const auto end = line.find_first_not_of(mark);
  return end != std::string_view::npos && end <= 6 && line[end] == ' ';
}

// A line of ===, ---, ~~~ under a text of about its length.
bool is_underline(std::string_view line, std::string_view above) {
  if (line.size() < 3 || above.empty() || above.size() > line.size() + 4) return false;
  return std::string_view("=-~^*").contains(line[0]) &&
         line.find_first_not_of(line[0]) == std::string_view::npos &&
         above.find_first_not_of(line[0]) != std::string_view::npos;
}

class Html {
 public:
  explicit Html(std::string_view html) : html_(html.substr(0, longest_html)) {}

  std::string text() {
    while (at_ < html_.size()) {
      if (html_[at_] == '<') {
        tag();
      } else if (html_[at_] == '&') {
        entity();
      } else {
        put(html_[at_++]);
      }
    }
    return std::move(out_);
  }

 private:
  void put(char c) {
    const bool space = c == ' ' || c == '\t' || c == '\r' || c == '\n';
    if (space && !verbatim_) {
      if (!out_.empty() && out_.back() != ' ' && out_.back() != '\n') out_ += ' ';
    } else if (c != '\r') {
      out_ += c;
    }
  }

  void new_line(std::size_t lines) {
    while (!out_.empty() && out_.back() == ' ') out_.pop_back();
    if (out_.empty()) return;
    const auto text_end = out_.find_last_not_of('\n');
    const auto there = out_.size() - (text_end == std::string::npos ? 0 : text_end + 1);
    if (there < lines) out_.append(lines - there, '\n');
  }

  // Up to the end of "</name"; what is between is nobody's text.
  void skip_element(std::string_view name) {
    const auto closing = "</" + std::string(name);
    while (at_ < html_.size()) {
      at_ = std::min(html_.find('<', at_), html_.size());
      if (lowered(html_.substr(at_, closing.size())) == closing) return;
      at_ = std::min(at_ + 1, html_.size());
    }
  }

  void tag() {
    if (html_.substr(at_).starts_with("<!--")) {
      const auto end = html_.find("-->", at_);
      at_ = end == std::string_view::npos ? html_.size() : end + 3;
      return;
    }
    const auto end = std::min(html_.find('>', at_), html_.size());
    auto name = html_.substr(at_ + 1, end - at_ - 1);
    const bool closes = name.starts_with('/');
    if (closes) name.remove_prefix(1);
    const auto word = lowered(name.substr(0, name.find_first_of(" \t\r\n/")));
    at_ = std::min(end + 1, html_.size());
    element(word, closes);
  }

  void element(const std::string& word, bool closes) {
    constexpr auto unread = std::to_array<std::string_view>({"script", "style", "head", "svg"});
    constexpr auto blocks = std::to_array<std::string_view>(
        {"p", "div", "br", "tr", "dt", "dd", "dl", "ul", "ol", "table", "section", "hr"});
    if (!closes && std::ranges::contains(unread, word)) return skip_element(word);
    const bool heading = word.size() == 2 && word[0] == 'h' && word[1] >= '1' && word[1] <= '6';
    if (heading) {
      new_line(2);
      if (!closes) out_ += "# ";
    } else if (word == "pre") {
      new_line(1);
      verbatim_ = !closes;
    } else if (word == "li" && !closes) {
      new_line(1);
      out_ += "- ";
    } else if (std::ranges::contains(blocks, word)) {
      new_line(word == "p" ? 2 : 1);
    }
  }

  void entity() {
    constexpr auto known =
        std::to_array<std::pair<std::string_view, std::string_view>>({{"&lt;", "<"},
                                                                      {"&gt;", ">"},
                                                                      {"&amp;", "&"},
                                                                      {"&quot;", "\""},
                                                                      {"&apos;", "'"},
                                                                      {"&#39;", "'"},
                                                                      {"&nbsp;", " "},
                                                                      {"&#160;", " "},
                                                                      {"&mdash;", "—"},
                                                                      {"&ndash;", "–"},
                                                                      {"&para;", ""},
                                                                      {"&#182;", ""}});
    for (const auto& [name, text] : known) {
      if (!html_.substr(at_).starts_with(name)) continue;
      out_ += text;
      at_ += name.size();
      return;
    }
    put(html_[at_++]);
  }

  std::string_view html_;
  std::string out_;
  std::size_t at_ = 0;
  bool verbatim_ = false;
};

bool is_html(std::string_view path) {
  const auto name = lowered(path);
  return name.ends_with(".html") || name.ends_with(".htm") || name.ends_with(".xhtml");
}

}  // namespace

bool is_document(std::string_view path) {
  constexpr auto endings = std::to_array<std::string_view>(
      {".md", ".markdown", ".rst", ".adoc", ".txt", ".html", ".htm", ".xhtml"});
  const auto name = lowered(path.substr(path.rfind('/') + 1));
  return std::ranges::any_of(endings, [&](auto ending) { return name.ends_with(ending); }) ||
         name == "readme" || name == "readme.debian" || name == "news" || name == "metadata";
}

std::string text_of_html(std::string_view html) { return Html(html).text(); }

std::string text_at_anchor(std::string_view html, std::string_view anchor) {
  constexpr std::size_t enough = 16U << 10U;
  for (const char* attribute : {"id=\"", "name=\"", "id='", "name='", "id=", "name="}) {
    if (anchor.empty()) break;
    const auto at = html.find(attribute + std::string(anchor));
    if (at == std::string_view::npos) continue;
    const auto after = at + std::string_view(attribute).size() + anchor.size();
    const bool ends = after < html.size() && std::string_view("\"' >").contains(html[after]);
    const auto start = ends ? html.find('>', after) : std::string_view::npos;
    if (start != std::string_view::npos) return text_of_html(html.substr(start + 1, enough));
  }
  const auto body = html.find("<body");
  return text_of_html(html.substr(body == std::string_view::npos ? 0 : body));
}

std::string cut_answer(std::string_view text) {
  const auto end = text.find_last_not_of(" \t\r\n");
  text = text.substr(0, end == std::string_view::npos ? 0 : end + 1);
  if (text.size() <= longest_answer) return to_utf8(text);
  return std::string(utf8_prefix(to_utf8(text), longest_answer)) + " …";
}

std::vector<DocSection> sections_of(std::string_view path, std::string_view text) {
  const std::string plain = is_html(path) ? text_of_html(text) : std::string(text);
  const auto lines = workspace::split_lines(plain);
  std::vector<DocSection> sections;
  const auto begin = [&](std::size_t line) {
    sections.push_back({.title = std::string(lines[line].text), .text = {}, .line = line + 1});
  };
  bool fenced = false;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto line = lines[i].text;
    if (line.starts_with("```") || line.starts_with("~~~")) fenced = !fenced;
    const bool underlined = i + 1 < lines.size() && is_underline(lines[i + 1].text, line);
    const bool heading = !fenced && (is_marked_heading(line) || underlined);
    if (heading || sections.empty() || sections.back().text.size() > longest_section) begin(i);
    sections.back().text += std::string(line) + "\n";
  }
  std::erase_if(sections, [](const DocSection& section) {
    return section.text.find_first_not_of(" \t\n") == std::string::npos;
  });
  return sections;
}

}  // namespace plim::index
