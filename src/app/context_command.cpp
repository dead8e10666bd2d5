#include <algorithm>
#include <print>

#include <nlohmann/json.hpp>

#include "agent/budget.hpp"
#include "app/commands.hpp"
#include "app/first_packet.hpp"
#include "app/retrieval.hpp"
#include "base/utf8.hpp"
#include "index/packet_tokens.hpp"

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
                     {"rare_words", packet.rare_words},
                     {"is_named", packet.is_named},
                     {"worth_sending", is_worth_sending(packet)},
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

std::size_t budget_of(const ContextCommand& command, const Config& config) {
  constexpr std::int64_t usual_context = 8192;
  if (command.budget > 0) return static_cast<std::size_t>(command.budget);
  const auto context = std::max(config.integer("model.context").value_or(0), usual_context);
  return static_cast<std::size_t>(agent::Budget(Tokens{context}).retrieved().value);
}

}  // namespace

Result<int> execute(const ContextCommand& command, const Context& context) {
  const Retrieval retrieval(context);
  const auto packet = TRY(
      retrieval.packet(command.task, budget_of(command, context.config), index::estimate_tokens));
  if (command.json) {
    print_json(packet);
    return 0;
  }
  std::println("{}", packet.text);
  print_ledger(packet);
  if (!is_worth_sending(packet)) {
    std::println(stderr, "plim run would begin without it: {}",
                 packet.files < least_files_to_choose_from
                     ? "of so few files the model needs no choice"
                     : "too little of the task is found in the project");
  }
  return packet.pieces.empty() ? 1 : 0;
}

}  // namespace plim::app
