#include "index/packet.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <ranges>
#include <unordered_map>
#include <utility>

#include "index/packet_pieces.hpp"

namespace plim::index {
namespace {

// Shares of the budget, in hundredths. Bodies take what the others leave.
constexpr std::size_t file_share = 70;
constexpr std::size_t paths_share = 10;
constexpr std::size_t callers_share = 5;
constexpr std::size_t outline_share = 3;      // of each of three files
constexpr std::size_t whole_file_share = 15;  // a smaller file is shown whole

constexpr std::size_t likeliest = 2;  // functions that come first whatever their length
constexpr double length_power = 0.4;

constexpr std::size_t ordinary_body = 200;  // tokens
constexpr std::size_t long_share = 30;

// What one function may cost before it is shown in windows: the likeliest two may be long, later
// ones may not push others out.
std::size_t most_of_body(std::size_t budget, std::size_t rank) {
  const std::size_t share = rank < likeliest ? long_share : rank < 6 ? 15 : rank < 12 ? 8 : 3;
  return std::max(budget * share / 100, std::min(ordinary_body, budget * long_share / 100));
}

constexpr std::size_t most_paths = 10;
constexpr std::size_t most_outlines = 3;
constexpr std::size_t most_signatures = 24;
constexpr std::size_t most_functions = 100;
constexpr std::size_t most_whole_files = 6;  // asked for by so many functions
constexpr std::size_t most_windows = 24;
constexpr std::size_t most_callers = 6;
constexpr std::size_t separator_cost = 2;

// A long function takes the place of several short ones, so it must be likelier than each by as
// much as this.
std::vector<FunctionHit> by_worth_of_place(std::vector<FunctionHit> functions) {
  const auto worth = [](const FunctionHit& function) {
    constexpr double title = 4;        // in lines
    constexpr double most_lines = 60;  // beyond that it is shown in windows
    const double lines = function.last_line - std::min(function.first_line, function.last_line);
    return function.score / std::pow(std::min(lines, most_lines) + title, length_power);
  };
  if (functions.size() > likeliest) {
    std::ranges::stable_sort(functions | std::views::drop(likeliest), std::greater(), worth);
  }
  return functions;
}

class Packer {
 public:
  Packer(const Snippets& found, const PacketRequest& request)
      : found_(found),
        functions_(by_worth_of_place(found.functions)),
        request_(request),
        words_(packets::words_of(found.terms)) {}

  Packet pack() {
    add_paths();
    const auto first = packet_.pieces.size();
    add_bodies(0, likeliest);  // before any outline
    add_outlines();
    add_bodies(likeliest, most_functions);
    add_callers(first);
    return finish();
  }

 private:
  [[nodiscard]] std::size_t part(std::size_t share) const { return request_.budget * share / 100; }

  const std::optional<std::string>& text_of(const std::string& path) {
    const auto [known, is_new] = texts_.try_emplace(path);
    if (is_new) known->second = request_.read(path);
    return known->second;
  }

  // Takes a piece if it fits into what is left of the budget, of its file's share and of `most`.
  bool take(PacketPiece piece, std::size_t most) {
    if (!packets::is_plain(piece.path)) return true;
    if (piece.text.empty() || request_.shown.contains(piece.hash) || hashes_.contains(piece.hash)) {
      return true;  // nothing to add, which is as good
    }
    piece.cost = request_.measure(piece.text);
    const auto price = piece.cost + separator_cost;
    auto& of_file = used_by_file_[piece.path];
    const bool fits = price <= most && used_ + price <= request_.budget &&
                      (piece.path.empty() || of_file + price <= part(file_share));
    if (!fits) return false;
    used_ += price;
    of_file += price;
    hashes_.insert(piece.hash);
    if (piece.is_whole_file) packet_.whole_files.push_back(piece.path);
    packet_.pieces.push_back(std::move(piece));
    return true;
  }

  void add_paths() {
    for (std::size_t most = std::min(most_paths, found_.files.size()); most > 0; --most) {
      if (take(packets::paths_piece(found_.files, most), part(paths_share))) return;
    }
  }

  void add_outlines() {
    for (std::size_t i = 0; i < std::min(most_outlines, found_.files.size()); ++i) {
      const auto& file = found_.files[i];
      const auto& text = text_of(file.path);
      if (!text || std::ranges::contains(packet_.whole_files, file.path)) continue;
      const auto items = outline_of(language_of(file.path, text->substr(0, 256)), *text);
      for (std::size_t most = most_signatures; most >= 3; most /= 2) {
        if (take(packets::outline_piece(file, items, words_, most), part(outline_share))) break;
      }
    }
  }

  void add_bodies(std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < std::min(to, functions_.size()); ++i) {
      const auto& function = functions_[i];
      const auto& text = text_of(function.path);
      if (!text || overlaps(function)) continue;
      if (i < most_whole_files && add_whole(function.path, *text)) continue;
      const auto most = most_of_body(request_.budget, i);
      if (take(packets::body_piece(function, *text), most)) continue;
      add_windows(function, *text, most);
    }
  }

  // As many as its share has room for, so that the likeliest function is not cut to a few lines.
  void add_windows(const FunctionHit& function, const std::string& text, std::size_t most) {
    const auto interest = packets::lines_of_interest(function, text, words_);
    for (auto windows = std::min(most_windows, interest.size()); windows > 0;
         windows -= (windows + 3) / 4) {
      if (take(packets::window_piece(function, text, interest, windows), most)) return;
    }
  }

  // The file itself, when it is small and nothing of it is shown yet.
  bool add_whole(const std::string& path, const std::string& text) {
    if (used_by_file_[path] > 0) return false;
    const FunctionHit all{.path = path, .name = "whole file", .last_line = ~std::uint32_t{0}};
    auto piece = packets::body_piece(all, text);
    const bool is_new = !request_.shown.contains(piece.hash) && !hashes_.contains(piece.hash);
    return is_new && take(std::move(piece), part(whole_file_share));
  }

  // Whether a piece shows this function already, as part of what encloses it.
  [[nodiscard]] bool overlaps(const FunctionHit& function) const {
    return std::ranges::any_of(packet_.pieces, [&](const PacketPiece& piece) {
      return piece.zoom == Zoom::body && piece.path == function.path &&
             piece.first_line <= function.first_line && function.last_line <= piece.last_line;
    });
  }

  void add_callers(std::size_t first) {
    if (packet_.pieces.size() <= first || functions_.empty()) return;
    const auto& function = functions_.front();
    PacketPiece piece{.zoom = Zoom::callers, .text = "Calls of " + function.name + ":\n"};
    std::size_t calls = 0;
    for (const auto& file : found_.files) {
      const auto& text = text_of(file.path);
      if (!text || calls >= most_callers) break;
      for (const auto& call : packets::calls_in(file.path, *text, function, most_callers - calls)) {
        piece.text += call + "\n";
        ++calls;
      }
    }
    if (calls == 0) return;
    piece.text.pop_back();
    piece.hash = piece.text;
    take(std::move(piece), part(callers_share));
  }

  [[nodiscard]] static std::string render(const std::vector<PacketPiece>& pieces) {
    std::string text;
    for (const auto& piece : pieces) text += (text.empty() ? "" : "\n\n") + piece.text;
    return text;
  }

  // Token counts of parts need not add up to that of the whole; the least goes first.
  Packet finish() {
    packet_.budget = request_.budget;
    packet_.files = found_.health.files;
    packet_.rare_words = found_.rare_words;
    packet_.is_named = found_.is_named;
    for (;;) {
      packet_.text = render(packet_.pieces);
      packet_.cost = packet_.text.empty() ? 0 : request_.measure(packet_.text);
      if (packet_.cost <= request_.budget) return std::move(packet_);
      std::erase(packet_.whole_files, packet_.pieces.back().path);
      packet_.pieces.pop_back();
    }
  }

  const Snippets& found_;
  std::vector<FunctionHit> functions_;
  const PacketRequest& request_;
  packets::Words words_;
  Packet packet_;
  std::size_t used_ = 0;
  std::unordered_map<std::string, std::size_t> used_by_file_;
  std::unordered_map<std::string, std::optional<std::string>> texts_;
  std::unordered_set<std::string> hashes_;
};

}  // namespace

std::string_view to_string(Zoom zoom) {
  constexpr auto names =
      std::to_array<std::string_view>({"paths", "outline", "body", "window", "callers"});
  return names[std::to_underlying(zoom)];
}

Packet make_packet(const Snippets& found, const PacketRequest& request) {
  return Packer(found, request).pack();
}

}  // namespace plim::index
