#include <print>

#include <nlohmann/json.hpp>

#include "app/commands.hpp"
#include "app/retrieval.hpp"
#include "base/utf8.hpp"

namespace plim::app {
namespace {

nlohmann::json to_json(const index::PacketPiece& piece) {
  return {{"zoom", index::to_string(piece.zoom)},
          {"path", to_utf8(piece.path)},
          {"first_line", piece.first_line},
          {"last_line", piece.last_line},
          {"tokens", piece.cost},
          {"text", to_utf8(piece.text)}};
}

void print_json(const index::Packet& packet) {
  nlohmann::json out{{"text", to_utf8(packet.text)},
                     {"tokens", packet.cost},
                     {"budget", packet.budget},
                     {"pieces", nlohmann::json::array()}};
  for (const auto& piece : packet.pieces) out["pieces"].push_back(to_json(piece));
  std::println("{}", out.dump());
}

// The ledger goes to standard error: standard output is what the model would get, byte for byte.
void print_ledger(const index::Packet& packet) {
  for (const auto& piece : packet.pieces) {
    const auto place = piece.first_line > 0
                           ? std::format("{}:{}-{}", piece.path, piece.first_line, piece.last_line)
                           : piece.path;
    std::println(stderr, "{:>6}  {:<8} {}", piece.cost, index::to_string(piece.zoom),
                 terminal_safe(place));
  }
  std::println(stderr, "{:>6}  of {} tokens (estimated)", packet.cost, packet.budget);
}

}  // namespace

Result<int> execute(const ContextCommand& command, const Context& context) {
  const Retrieval retrieval(context);
  const auto packet = TRY(retrieval.packet(command.task, static_cast<std::size_t>(command.budget)));
  if (command.json) {
    print_json(packet);
    return 0;
  }
  std::println("{}", packet.text);
  print_ledger(packet);
  return packet.pieces.empty() ? 1 : 0;
}

}  // namespace plim::app
