#include "index/packet_pieces.hpp"

#include <algorithm>
#include <format>
#include <ranges>
#include <set>

#include "index/lex.hpp"
#include "workspace/hash.hpp"
#include "workspace/line_index.hpp"

namespace plim::index::packets {
namespace {

constexpr std::size_t window_lines = 4;
constexpr std::size_t short_gap = 2;  // lines: to say that they are missing costs as much
constexpr std::size_t longest_line = 300;

std::string folded(std::string_view word) {
  std::string out;
  for (const char c : word) out += lex_detail::lower(c);
  return out;
}

std::string_view clipped(std::string_view line) { return line.substr(0, longest_line); }

// The lines a function hit speaks of, as far as the file still has them.
std::pair<std::size_t, std::size_t> span_of(const FunctionHit& function, std::size_t lines) {
  const std::size_t first = std::max<std::size_t>(function.first_line, 1);
  return {std::min(first, lines + 1), std::min<std::size_t>(function.last_line, lines)};
}

std::string title_of(const FunctionHit& function, std::size_t first, std::size_t last) {
  const auto name =
      function.container.empty() ? function.name : function.container + "." + function.name;
  return std::format("{}:{}-{} {}\n", function.path, first, last, name);
}

void finish(PacketPiece& piece, std::string shows) {
  piece.hash = workspace::sha256_hex(shows).substr(0, 16);
  if (piece.text.ends_with('\n')) piece.text.pop_back();
}

}  // namespace

bool is_plain(std::string_view path) {
  return std::ranges::none_of(path, [](char c) { return static_cast<unsigned char>(c) < ' '; });
}

Words words_of(const std::vector<Question::Term>& terms) {
  Words words;
  for (const auto& term : terms) words[folded(term.text)] = term.weight;
  return words;
}

double worth_of(std::string_view line, const Words& words) {
  std::set<std::string> seen;
  double worth = 0;
  const auto count = [&](std::string_view word) {
    const auto found = words.find(folded(word));
    if (found != words.end() && seen.insert(found->first).second) worth += found->second;
  };
  for_each_name(line, [&](std::string_view name, std::size_t) {
    count(name);
    for_each_part(name, count);
  });
  return worth;
}

PacketPiece paths_piece(const std::vector<FileHit>& files, std::size_t most) {
  PacketPiece piece{.zoom = Zoom::paths, .text = "Files, most likely first:\n"};
  for (std::size_t i = 0; i < std::min(most, files.size()); ++i) {
    if (!is_plain(files[i].path)) continue;
    piece.text += std::format("{} ({})\n", files[i].path, to_string(files[i].reason));
  }
  finish(piece, piece.text);
  return piece;
}

PacketPiece outline_piece(const FileHit& file, const std::vector<OutlineItem>& items,
                          const Words& words, std::size_t most) {
  PacketPiece piece{.zoom = Zoom::outline, .path = file.path};
  if (items.empty()) return piece;
  std::vector<std::pair<double, std::size_t>> ranked;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const bool small = items[i].symbol.kind == SymbolKind::name;
    ranked.emplace_back(worth_of(items[i].signature, words) * (small ? 0.5 : 1), i);
  }
  std::ranges::stable_sort(ranked, [](const auto& a, const auto& b) { return a.first > b.first; });
  if (ranked.size() > most) ranked.resize(most);
  std::ranges::sort(ranked, {}, [](const auto& item) { return item.second; });
  piece.text = file.path + ", outline:\n";
  for (const auto& [worth, i] : ranked) {
    const auto& item = items[i];
    piece.text += std::format("{}\t{:{}}{}\n", item.symbol.first_line, "",
                              2 * std::min(item.depth, 4U), clipped(item.signature));
  }
  if (items.size() > ranked.size()) {
    piece.text += std::format("[{} more definitions]\n", items.size() - ranked.size());
  }
  finish(piece, piece.text);
  return piece;
}

PacketPiece body_piece(const FunctionHit& function, std::string_view text) {
  const auto lines = workspace::split_lines(text);
  const auto [first, last] = span_of(function, lines.size());
  PacketPiece piece{.zoom = Zoom::body, .path = function.path};
  if (last < first) return piece;
  piece.first_line = static_cast<std::uint32_t>(first);
  piece.last_line = static_cast<std::uint32_t>(last);
  piece.text = title_of(function, first, last);
  std::string shows;
  for (std::size_t n = first; n <= last; ++n) {
    piece.text += std::format("{}\n", clipped(lines[n - 1].text));
    shows += std::string(lines[n - 1].text) + "\n";
  }
  const auto is_clipped = [](const auto& line) { return line.text.size() > longest_line; };
  piece.is_whole_file =
      first == 1 && last == lines.size() && std::ranges::none_of(lines, is_clipped);
  finish(piece, std::move(shows));
  return piece;
}

std::vector<std::size_t> lines_of_interest(const FunctionHit& function, std::string_view text,
                                           const Words& words) {
  const auto lines = workspace::split_lines(text);
  const auto [first, last] = span_of(function, lines.size());
  std::vector<std::pair<double, std::size_t>> hits;
  for (std::size_t n = first; n <= last; ++n) {
    const double worth = worth_of(lines[n - 1].text, words);
    if (worth > 0) hits.emplace_back(worth, n);
  }
  std::ranges::stable_sort(hits, [](const auto& a, const auto& b) { return a.first > b.first; });
  return hits | std::views::values | std::ranges::to<std::vector>();
}

PacketPiece window_piece(const FunctionHit& function, std::string_view text,
                         const std::vector<std::size_t>& interest, std::size_t windows) {
  const auto lines = workspace::split_lines(text);
  const auto [first, last] = span_of(function, lines.size());
  PacketPiece piece{.zoom = Zoom::window, .path = function.path};
  if (last < first) return piece;
  std::set<std::size_t> shown;
  for (std::size_t n = first; n <= std::min(first + 2, last); ++n) shown.insert(n);
  std::size_t taken = 0;
  for (const auto n : interest) {
    if (taken == windows) break;
    if (shown.contains(n)) continue;
    ++taken;
    const auto from = std::max(first, n - std::min(n, window_lines));
    for (auto line = from; line <= std::min(last, n + window_lines); ++line) shown.insert(line);
  }
  if (taken == 0) return piece;  // its first lines alone say too little
  piece.first_line = static_cast<std::uint32_t>(first);
  piece.last_line = static_cast<std::uint32_t>(last);
  piece.text = title_of(function, first, last);
  std::string shows;
  const auto add_line = [&](std::size_t n) {
    piece.text += std::format("{}\n", clipped(lines[n - 1].text));
    shows += std::string(lines[n - 1].text) + "\n";
  };
  std::size_t next = first;
  for (const auto n : shown) {
    if (n > next && n <= next + short_gap) {
      for (; next < n; ++next) add_line(next);
    } else if (n > next) {
      piece.text += std::format("[lines {}-{} left out]\n", next, n - 1);
    }
    add_line(n);
    next = n + 1;
  }
  if (next <= last) piece.text += std::format("[lines {}-{} left out]\n", next, last);
  finish(piece, std::move(shows));
  return piece;
}

std::vector<std::string> calls_in(const std::string& path, std::string_view text,
                                  const FunctionHit& function, std::size_t most) {
  std::vector<std::string> calls;
  const std::string call = function.name + "(";
  std::size_t number = 0;
  for (const auto& line : workspace::split_lines(text)) {
    ++number;
    const bool own =
        path == function.path && number >= function.first_line && number <= function.last_line;
    const auto at = own ? std::string_view::npos : line.text.find(call);
    if (at == std::string_view::npos) continue;
    if (at > 0 && lex_detail::kind_of(line.text[at - 1]) != lex_detail::Kind::other) continue;
    const auto code = line.text.substr(std::min(line.text.find_first_not_of(" \t"), at));
    calls.push_back(std::format("{}:{}: {}", path, number, code.substr(0, 120)));
    if (calls.size() == most) break;
  }
  return calls;
}

}  // namespace plim::index::packets
