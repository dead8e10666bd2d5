#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "index/index.hpp"
#include "index/log_trim.hpp"

namespace plim::index {

/// How near a piece of a packet looks at the code.
enum class Zoom : std::uint8_t {
  paths,    ///< L0: ranked paths, each with what spoke for it.
  outline,  ///< L1: signatures of one file, those the task names first.
  body,     ///< L2: a whole function, or a small file, as it stands.
  window,   ///< L3: the lines around what the task names, in a function too long for L2.
  callers,  ///< L4: lines that call a function of the packet.
};

/// "paths", "outline", "body", "window", "callers".
[[nodiscard]] std::string_view to_string(Zoom zoom);

struct PacketPiece {
  Zoom zoom = Zoom::paths;
  std::string path;  ///< Empty for paths and callers.
  std::uint32_t first_line = 0;
  std::uint32_t last_line = 0;
  std::string text;      ///< As it stands in the packet.
  std::size_t cost = 0;  ///< Of `text` on its own, by the request's measure.
  std::string hash;      ///< Of what it shows: see PacketRequest::shown.
  bool is_whole_file = false;
};

/// What a model is given of a project for one task.
struct Packet {
  std::vector<PacketPiece> pieces;  ///< In the order of `text`.
  std::string text;
  std::size_t cost = 0;  ///< Of `text`; at most the budget.
  std::size_t budget = 0;
  std::vector<std::string> whole_files;  ///< Paths of files of which every line is shown.
  /// What was found, for whoever has to decide whether the packet is worth its cost: of how many
  /// files, and how sure it is (see Snippets).
  std::size_t files = 0;
  int rare_words = 0;
  bool is_named = false;
};

struct PacketRequest {
  std::size_t budget = 0;
  /// Counts tokens: the served model's tokenizer, or estimate_tokens.
  Measure measure;
  /// A file's text; nothing when it cannot be read any more.
  std::function<std::optional<std::string>(const std::string& path)> read;
  /// Hashes of pieces that the context holds already: they are left out.
  std::unordered_set<std::string> shown;
};

/// Packs what was found for a task: a few paths, outlines of the best files, the best functions'
/// bodies, and with room to spare who calls them. What does not fit is skipped, never cut off in
/// the middle; no file gets more than 70% of the budget; copies of a function come once. The same
/// input makes the same bytes. The packet is never over budget, whatever the measure.
[[nodiscard]] Packet make_packet(const Snippets& found, const PacketRequest& request);

}  // namespace plim::index
