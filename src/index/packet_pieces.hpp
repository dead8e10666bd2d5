#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "index/outline.hpp"
#include "index/packet.hpp"

// Inside index only: the pieces that packets are made of.
namespace plim::index::packets {

/// Whether a path can stand in a line: one with control characters could pretend to be several.
[[nodiscard]] bool is_plain(std::string_view path);

/// The words of a task and what each is worth.
using Words = std::unordered_map<std::string, double>;

[[nodiscard]] Words words_of(const std::vector<Question::Term>& terms);
/// How much of the task a line speaks of: the sum of its distinct words' worth.
[[nodiscard]] double worth_of(std::string_view line, const Words& words);

[[nodiscard]] PacketPiece paths_piece(const std::vector<FileHit>& files, std::size_t most);

/// Of a file's outline at most `most` signatures: those that speak of the task, else the first
/// ones. Empty text: there are none.
[[nodiscard]] PacketPiece outline_piece(const FileHit& file, const std::vector<OutlineItem>& items,
                                        const Words& words, std::size_t most);

/// A function's lines as they stand in its file.
[[nodiscard]] PacketPiece body_piece(const FunctionHit& function, std::string_view text);

/// Numbers of a function's lines that have any of the words, best first.
[[nodiscard]] std::vector<std::size_t> lines_of_interest(const FunctionHit& function,
                                                         std::string_view text, const Words& words);

/// The function's signature and the best `windows` places of `interest` with four lines around
/// each.
[[nodiscard]] PacketPiece window_piece(const FunctionHit& function, std::string_view text,
                                       const std::vector<std::size_t>& interest,
                                       std::size_t windows);

/// Lines of `text` that call `name`, outside of its own definition, at most `most`, each as
/// "path:line: text".
[[nodiscard]] std::vector<std::string> calls_in(const std::string& path, std::string_view text,
                                                const FunctionHit& function, std::size_t most);

}  // namespace plim::index::packets
